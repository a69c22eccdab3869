// [functions.NAME] and [notify.NAME], read.
#pragma once

#include <toml++/toml.h>

#include <string>

#include "ordo/config.h"
#include "ordo/function_config.h"
#include "ordo/toml_reader.h"

namespace ordo::program {

// A key of another kind of function is unknown here. No fault quotes a value: it may be a secret.
Function read_function(const std::string& name, const toml::table* table,
                       const Environment& environment, Faults& faults);
Channel read_channel(const std::string& name, const toml::table* table,
                     const Environment& environment, Faults& faults);

}  // namespace ordo::program
