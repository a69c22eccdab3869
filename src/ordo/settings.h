// The keys of [server], [store], [orders], [auction] and [log]: one table says what each may be,
// for the file, for its variable ORDO_SECTION_KEY and for the flags.
#pragma once

#include <toml++/toml.h>

#include <string>
#include <string_view>

#include "ordo/config.h"
#include "ordo/toml_reader.h"

namespace ordo::program {

// Reads the keys of a section that has others, too.
void read_keys(TableReader& reader, std::string_view section, Config& config);

// Reads a whole section; null: it is not in the file.
void read_section(const toml::table* table, std::string_view section, Config& config,
                  Faults& faults);

// One key from outside the file, as text. `source` is who says so: a variable or a flag. A fault
// does not repeat the text of a store's address, which may hold a password.
void read_text(std::string_view source, std::string_view section, std::string_view key,
               const std::string& text, Config& config, Faults& faults);

// All the variables that are set, and those that would be one if they were spelt right.
void read_variables(const Environment& environment, Config& config, Faults& faults);

}  // namespace ordo::program
