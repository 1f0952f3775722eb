/* The command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quantities.h"
#include "simulation.h"

static const struct { const char *name, *value, *about; } known[] = {
    {"--duration", "TIME", "how long to run: 1 s, 250 ms"},
    {"--seed", "N", "the seed of the run's random numbers, as Network(seed=N) takes it"},
    {"--threads", "N", "how many threads share the work (as many as make it fast)"},
    {"--set", "NAME=VALUE", "a value for this run; may be given several times (see --list)"},
    {"--out", "FOLDER", "where results go (results, beside the program)"},
    {"--resume", NULL, "go on where the last run with these results ended"},
    {"--quiet", NULL, "say nothing unless something is wrong"},
    {"--list", NULL, "print what --set may set, with values and units"},
    {"--help", NULL, "print this"},
};
enum { KNOWN = sizeof known / sizeof *known };

void print_help(void)
{
    printf("Simulate %s.\n\nusage: simulate --duration TIME [options]\n\n", eq_network.title);
    for (int k = 0; k < KNOWN; k++) {
        int width = printf("  %s %s", known[k].name, known[k].value ? known[k].value : "");
        printf("%*s%s\n", 26 - width, "", known[k].about);
    }
    printf("\nCtrl-C stops between two steps and keeps what was recorded; --resume goes on from there.\n");
}

void print_list(void)
{
    for (int k = 0; k < eq_settable_count; k++) {
        const struct eq_settable *one = &eq_settables[k];
        const char *unit = one->kind == 'b' ? "true or false" : one->kind == 'i' ? "an integer" : one->unit;
        printf("%-32s %-16s %s", one->path, unit, one->about);
        if (one->size > 1) printf(" of %lld elements", (long long)one->size);
        putchar('\n');
    }
    for (int k = 0; k < eq_fixed_count; k++) printf("%-32s cannot be set: %s\n", eq_fixeds[k].path, eq_fixeds[k].why);
}

/* the number of a known option, whose name ends here or at '='; leave with an error for another word */
static int option(const char *word)
{
    size_t length = strcspn(word, "=");
    for (int k = 0; k < KNOWN; k++)
        if (strlen(known[k].name) == length && strncmp(known[k].name, word, length) == 0) return k;
    char name[64] = "", hint[160] = "simulate --help lists the options";
    memcpy(name, word, length < sizeof name - 1 ? length : sizeof name - 1);
    const char *near = nearest(name, known, KNOWN, sizeof *known);
    if (near) snprintf(hint, sizeof hint, "did you mean %s?", near);
    fail(hint, "there is no option '%s'", name);
}

struct options read_options(int count, char **words)
{
    struct options found = {0};
    found.sets = calloc((size_t)count + 1, sizeof *found.sets);
    for (int k = 1; k < count; k++) {
        int which = option(words[k]);
        const char *name = known[which].name, *value = strchr(words[k], '=');
        if (!known[which].value && value) fail("", "%s takes no value", name);
        if (known[which].value) {
            value = value ? value + 1 : k + 1 < count ? words[++k] : NULL;
            char hint[160];
            snprintf(hint, sizeof hint, "write %s %s", name, known[which].value);
            if (!value || strncmp(value, "--", 2) == 0 || !*value) fail(hint, "%s needs a value", name);
        }
        switch (which) {
        case 0: found.duration = value; break;
        case 1: found.seed = value; break;
        case 2: found.threads = value; break;
        case 3: found.sets[found.set_count++] = value; break;
        case 4: found.out = value; break;
        case 5: found.resume = 1; break;
        case 6: found.quiet = 1; break;
        case 7: found.list = 1; break;
        default: found.help = 1;
        }
    }
    return found;
}
