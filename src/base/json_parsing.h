// What every reader of JSON in this room shares: how strict it is and how it complains.
#pragma once

#include <boost/json/basic_parser_impl.hpp>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace ordo::base {

// The keys of one object while it is being read. Up to kFew of them a linear search is fastest;
// beyond, a tree: no choice of keys makes it quadratic, as it could a hash table.
class KeySet {
 public:
  void clear();
  // False when the key was there before.
  bool insert(std::string_view key);

 private:
  static constexpr std::size_t kFew = 16;
  std::vector<std::string> few_;
  std::set<std::string> many_;
};

[[nodiscard]] boost::json::parse_options strict_options();

// The complaint about `text`, which was read up to `read`.
[[nodiscard]] Error json_complaint(const boost::system::error_code& code,
                                   const std::optional<std::string>& duplicate,
                                   std::string_view text, std::size_t read);

// `Handler::duplicate()` is the key that stood twice in one object, if that is why it gave up.
template <class Handler>
Result<void> parse_into(boost::json::basic_parser<Handler>& parser, std::string_view text) {
  boost::system::error_code code;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), code);
  if (!code && read < text.size()) code = boost::json::error::extra_data;
  if (!code) return {};
  return fail(json_complaint(code, parser.handler().duplicate(), text, read));
}

}  // namespace ordo::base
