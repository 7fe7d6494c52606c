#ifndef COUNTERPART_SIM_INT128_H
#define COUNTERPART_SIM_INT128_H

/* 128-bit integers, for sums that 64 bits cannot hold (300 million stays in microseconds and their squares).
 * A type of GCC and Clang outside ISO C, hence the names. */
__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

#endif
