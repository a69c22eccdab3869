#pragma once

#include <cstdint>

namespace ordo::system {

// Raises the limit on open descriptors of this process as far as it may, and returns it. The
// default is low for the sake of select(), which nothing here uses.
std::uint64_t raise_open_file_limit();

}  // namespace ordo::system
