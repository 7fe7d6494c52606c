#include "study/people.h"

#include <stdlib.h>

int people_init(struct people *people, const char *const *labels, struct fate_file *const *files,
                struct fate_file *const *placebos, struct joint_absent *const *absent, size_t worlds,
                size_t replications, struct err *err)
{
    *people = (struct people){.worlds = worlds, .labels = labels};
    people->joint = mem_zeroed(worlds, sizeof *people->joint, err);
    people->placebo = people->joint == NULL ? NULL : mem_zeroed(worlds, sizeof *people->placebo, err);
    if (people->placebo == NULL)
        return -1;
    for (size_t w = 0; w < worlds; w++)
        if (joint_of(&people->joint[w], files[0], files[w], replications, NULL, err) != 0 ||
            joint_of(&people->placebo[w], files[w], placebos[w], replications, absent[w], err) != 0)
            return -1;
    return 0;
}

void people_free(struct people *people)
{
    for (size_t w = 0; people->placebo != NULL && w < people->worlds; w++) {
        joint_free(&people->joint[w]);
        joint_free(&people->placebo[w]);
    }
    free(people->joint);
    free(people->placebo);
    *people = (struct people){.worlds = 0};
}
