// An ordo.toml as the program reads it, for tests of the program.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "ordo/config.h"
#include "support/temp_dir.h"

namespace ordo::testing {

using Variables = std::map<std::string, std::string, std::less<>>;

inline base::Result<program::Config> load(const program::Flags& flags,
                                          const Variables& variables = {},
                                          bool programs_run_here = false) {
  return program::load_config(flags, {[&](std::string_view name) -> std::optional<std::string> {
                                        const auto found = variables.find(name);
                                        if (found == variables.end()) return std::nullopt;
                                        return found->second;
                                      },
                                      [&] {
                                        std::vector<std::string> names;
                                        for (const auto& [name, value] : variables)
                                          names.push_back(name);
                                        return names;
                                      },
                                      programs_run_here});
}

// With an ordo.toml of this text; its name is cut out of the message.
class ConfigFile : public ::testing::Test {
 protected:
  base::Result<program::Config> read(const std::string& text, const Variables& variables = {},
                                     program::Flags flags = {}) {
    flags.config_file = dir_.file("ordo.toml");
    std::ofstream(flags.config_file) << text;
    return load(flags, variables, programs_run_here_);
  }
  std::string fault_of(const std::string& text, const Variables& variables = {}) {
    const auto config = read(text, variables);
    if (config) return "";
    EXPECT_EQ(config.error().code, base::ErrorCode::invalid);
    std::string message = config.error().message;
    const std::string name = dir_.file("ordo.toml");
    for (std::size_t at = 0; (at = message.find(name)) != std::string::npos;) {
      message.replace(at, name.size(), "F");
    }
    return message;
  }
  TempDir dir_;
  bool programs_run_here_ = false;
};

// A file and what it is refused with.
struct Wrong {
  std::string text;
  std::string fault;
  friend std::ostream& operator<<(std::ostream& out, const Wrong& wrong) {
    return out << wrong.text;
  }
};
}  // namespace ordo::testing
