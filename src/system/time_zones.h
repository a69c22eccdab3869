// The time zones that the machine knows.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "domain/time_zone.h"

namespace ordo::system {

// Debian's package tzdata brings it.
inline constexpr std::string_view kZoneDirectory = "/usr/share/zoneinfo";
inline constexpr std::size_t kMaxZoneBytes = 256UL * 1024;
inline constexpr std::size_t kMaxZoneNameBytes = 64;

// Reads a zone when it is first asked for. One thread; what it gives may be used by any.
class TimeZones {
 public:
  explicit TimeZones(std::string directory = std::string(kZoneDirectory))
      : directory_(std::move(directory)) {}

  // By its IANA name; lives as long as this. "UTC" needs no directory. An error (invalid) names
  // what is unknown and gives an example.
  base::Result<const domain::TimeZone*> find(std::string_view name);

 private:
  std::string directory_;
  std::map<std::string, domain::TransitionZone, std::less<>> zones_;
};

}  // namespace ordo::system
