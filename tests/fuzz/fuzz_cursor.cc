// A line that names a list, then a cursor: only what that list gave out is taken.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "api/cursor.h"
#include "fuzz/target.h"

namespace ordo::fuzz {
namespace {

void check_refused(std::string_view list, std::string_view cursor, std::string_view code) {
  const base::Result<std::uint64_t> before = api::decode_cursor(list, cursor);
  ORDO_ASSERT(!before);
  ORDO_ASSERT(before.error().fields.size() == 1);
  ORDO_ASSERT(code.empty() || before.error().fields.front().code == code);
}

void check(const Halves& in) {
  const auto& [list, cursor] = in;
  if (const base::Result<std::uint64_t> before = api::decode_cursor(list, cursor)) {
    ORDO_ASSERT(api::encode_cursor(list, *before) == cursor);
    check_refused(std::string(list) + "x", cursor, "wrong_cursor");
    check_refused(list, std::string(cursor) + "0", "");
    check_refused(list, cursor.substr(1), "bad_cursor");
  } else {
    check_refused(list, cursor, "");
  }
  const std::uint64_t place = std::hash<std::string_view>{}(cursor);
  for (const std::uint64_t before : {place, place >> 40U, ~std::uint64_t{0}, std::uint64_t{0}}) {
    ORDO_ASSERT(api::decode_cursor(list, api::encode_cursor(list, before)).value() == before);
  }
}

}  // namespace
}  // namespace ordo::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ordo::fuzz::check(ordo::fuzz::halves_of(ordo::fuzz::text_of(data, size)));
  return 0;
}
