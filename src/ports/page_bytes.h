// A bound that all lists share.
#pragma once

#include <cstddef>

namespace ordo::ports {

// A page is full, too, once its items hold this many bytes of text: one answer takes a bounded
// amount of memory, however large they are. The last item may exceed it.
inline constexpr std::size_t kFullPageBytes = 1024UL * 1024;

}  // namespace ordo::ports
