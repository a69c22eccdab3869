// What the programs of AWS read beside the environment: ~/.aws/config and ~/.aws/credentials.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ordo::aws {

// The value of an environment variable; nothing: it is not set. Any thread.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// The same, an empty one counting as not set.
[[nodiscard]] std::string value_in(const Environment& environment, const std::string& name);

inline constexpr std::size_t kMaxSharedFileBytes = 1024UL * 1024;

using Settings = std::map<std::string, std::string>;  // names in small letters
enum class SharedFile : std::uint8_t { config, credentials };

// The settings of each profile. Lines that belong to a setting ("s3 =" and what is indented below)
// and sections of something else are left out.
[[nodiscard]] std::map<std::string, Settings> parse_shared_file(std::string_view text,
                                                                SharedFile kind);

// A profile as both files have it.
struct SharedProfile {
  std::string name;
  std::string config_file;       // where that is, whether it is there or not;
  std::string credentials_file;  // empty: nowhere, for there is no HOME
  Settings config;
  Settings credentials;
};

// The profile that AWS_PROFILE names, otherwise "default", from AWS_CONFIG_FILE and
// AWS_SHARED_CREDENTIALS_FILE, otherwise from the files under HOME. `invalid` when a profile that
// AWS_PROFILE names is in neither, or a file cannot be read.
base::Result<SharedProfile> read_shared_profile(const Environment& environment);

}  // namespace ordo::aws
