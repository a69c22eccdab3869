#include "net/gzip.h"

#include <zlib.h>

#include <cstddef>

#include "base/text.h"
#include "net/field_values.h"

namespace ordo::net {
std::string gzip(std::string_view body, int level) {
  constexpr int kGzipFormat = 15 + 16;
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzipFormat, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(body.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(whole ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

bool accepts_gzip(std::string_view accept_encoding) noexcept {
  using base::equals_ignoring_case;
  bool any = false;  // what "*" says of those not named
  while (!accept_encoding.empty()) {
    std::string_view weight = take_part(accept_encoding, ',');
    const std::string_view name = take_part(weight, ';');
    const bool taken = !weighs_nothing(weight);
    if (equals_ignoring_case(name, "gzip") || equals_ignoring_case(name, "x-gzip")) return taken;
    if (name == "*") any = taken;
  }
  return any;
}

}  // namespace ordo::net
