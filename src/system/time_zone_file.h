// The files in which a machine keeps its time zones: TZif, RFC 9636.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "domain/time_zone.h"

namespace ordo::system {

// The zone of a TZif file of any version. What its last line says of the time after its last
// transition is worked out to the end of all schedules. An error (invalid) says what is wrong; so
// is a file that counts leap seconds.
base::Result<domain::TransitionZone> parse_time_zone_file(std::string name, std::string_view bytes);

}  // namespace ordo::system
