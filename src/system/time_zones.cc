#include "system/time_zones.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "system/time_zone_file.h"

namespace ordo::system {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

// No path that leads out of the directory.
bool is_zone_name(std::string_view name) {
  const auto fits = [](char c) {
    return base::is_alphanumeric(c) || std::string_view("/_-+").contains(c);
  };
  return !name.empty() && name.size() <= kMaxZoneNameBytes && name.front() != '/' &&
         std::ranges::all_of(name, fits);
}

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(kMaxZoneBytes + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.is_open() || file.bad()) return fail(ErrorCode::invalid, "it cannot be read");
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  if (bytes.size() > kMaxZoneBytes) return fail(ErrorCode::invalid, "it is too large");
  return bytes;
}

}  // namespace

Result<const domain::TimeZone*> TimeZones::find(std::string_view name) {
  if (name == domain::utc().name()) return &domain::utc();
  if (const auto known = zones_.find(name); known != zones_.end()) return &known->second;
  constexpr std::string_view kExample = "write an IANA name such as Europe/Berlin or UTC";
  if (!is_zone_name(name)) {
    return fail(ErrorCode::invalid, fmt::format("this is no name of a time zone; {}", kExample));
  }
  std::error_code ignored;
  if (!std::filesystem::is_directory(directory_, ignored)) {
    return fail(ErrorCode::invalid,
                fmt::format("the time zone {} is unknown, as all but UTC are: there is no {} "
                            "(Debian's package tzdata brings it)",
                            name, directory_));
  }
  const std::filesystem::path path = std::filesystem::path(directory_) / name;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    return fail(ErrorCode::invalid, fmt::format("there is no time zone {}; {}", name, kExample));
  }
  const Result<std::string> bytes = read_file(path);
  Result<domain::TransitionZone> zone =
      bytes ? parse_time_zone_file(std::string(name), *bytes) : fail(bytes.error());
  if (!zone) {
    return fail(ErrorCode::invalid, fmt::format("the time zone {} of {} cannot be used: {}", name,
                                                directory_, zone.error().message));
  }
  return &zones_.emplace(name, std::move(*zone)).first->second;
}

}  // namespace ordo::system
