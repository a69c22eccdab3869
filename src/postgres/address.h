// The address of a database: what libpq reads in it, and what people may see of that.
#pragma once

#include <map>
#include <string>

#include "base/result.h"

namespace ordo::postgres {

// What it names, by libpq's keywords. `invalid`: it cannot be meant, and the message holds nothing
// that may be secret.
base::Result<std::map<std::string, std::string>> read_address(const std::string& url);

// Without the password, for people.
[[nodiscard]] std::string printable(const std::string& url);

}  // namespace ordo::postgres
