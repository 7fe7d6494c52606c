/* The table of output fields, from their declarations. */

#include "models/ledger_fields.h"
#include "models/ledger.h"

#define HOURS (1.0 / 3600e6)
#define DAYS (1.0 / 86400e6)
#define YUAN 0.01
#define KM 0.001

#define ROW_PLACE_CONDITION(name, kind, unit, scale, help)                                                   \
    {#name, GROUP_PLACE_CONDITION, FIELD_##kind, unit, scale, help, PC_##name},
#define ROW_FACILITY(name, kind, unit, scale, help)                                                          \
    {#name, GROUP_FACILITY, FIELD_##kind, unit, scale, help, FA_##name},
#define ROW_FACILITY_SERVICE(name, kind, unit, scale, help)                                                  \
    {#name, GROUP_FACILITY_SERVICE, FIELD_##kind, unit, scale, help, FS_##name},
#define ROW_EXPERT(name, kind, unit, scale, help)                                                            \
    {#name, GROUP_EXPERT, FIELD_##kind, unit, scale, help, EX_##name},
#define ROW_FLOW(name, kind, unit, scale, help)                                                              \
    {#name, GROUP_FLOW, FIELD_##kind, unit, scale, help, FL_##name},
#define ROW_PLACE_WAIT(name, kind, unit, scale, help)                                                        \
    {#name, GROUP_PLACE_WAIT, FIELD_##kind, unit, scale, help, PW_##name},
#define ROW_PLACE_TRAVEL(name, kind, unit, scale, help)                                                      \
    {#name, GROUP_PLACE_TRAVEL, FIELD_##kind, unit, scale, help, PT_##name},
#define ROW_PLACE_FACILITY(name, kind, unit, scale, help)                                                    \
    {#name, GROUP_PLACE_FACILITY, FIELD_##kind, unit, scale, help, PF_##name},

const struct field_row ledger_fields[] = {
    /* clang-format off */
    LEDGER_PLACE_CONDITION(ROW_PLACE_CONDITION)
    LEDGER_FACILITY(ROW_FACILITY)
    LEDGER_FACILITY_SERVICE(ROW_FACILITY_SERVICE)
    LEDGER_EXPERT(ROW_EXPERT)
    LEDGER_FLOW(ROW_FLOW)
    LEDGER_PLACE_WAIT(ROW_PLACE_WAIT)
    LEDGER_PLACE_TRAVEL(ROW_PLACE_TRAVEL)
    LEDGER_PLACE_FACILITY(ROW_PLACE_FACILITY)
    /* clang-format on */
};

const size_t ledger_field_count = sizeof ledger_fields / sizeof ledger_fields[0];
