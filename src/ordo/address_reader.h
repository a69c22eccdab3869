// The keys that say where requests go and what they are signed with, alike in all sections. No
// fault quotes a value: it may be a secret.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ordo/config.h"
#include "ordo/toml_reader.h"

namespace ordo::program {

// "env:NAME" stands for the variable's value; a fault of `key` when it is not set.
void resolve_variable(TableReader& reader, std::string_view key, const Environment& environment,
                      std::string& text);

// A URL of http or https.
void read_url(TableReader& reader, std::string_view key, const Environment& environment,
              std::string& url);

// "secret" is one, "secrets" are several while one takes another's place.
void read_secrets(TableReader& reader, const Environment& environment,
                  std::vector<std::string>& secrets);

}  // namespace ordo::program
