#ifndef COUNTERPART_SIM_ROUNDING_H
#define COUNTERPART_SIM_ROUNDING_H

#include <math.h>
#include <stdint.h>

/* As llround(), which is a call: to the nearest whole number, halves away from zero. */
static inline int64_t rounded(double value)
{
    if (!(fabs(value) < 0x1p62))
        return llround(value);
    const int64_t whole = (int64_t)value;
    const double rest = value - (double)whole;
    return whole + (rest >= 0.5) - (rest <= -0.5);
}

#endif
