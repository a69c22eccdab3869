// The intrinsic functions for text and for JSON as text.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "base/digest.h"
#include "base/hmac.h"
#include "base/json_tree.h"
#include "base/text.h"
#include "base/uuid.h"
#include "states/intrinsics.h"

namespace ordo::states {
namespace {

std::string_view text_of(const JsonView& argument) {
  return argument->get_string();
}

Json string(std::string_view text) {
  return boost::json::string(text);
}

bool is_escape(std::string_view text, std::size_t at) {
  return text[at] == '\\' && at + 1 < text.size() &&
         std::string_view("'{}\\").find(text[at + 1]) != std::string_view::npos;
}

// A value within a text, as the service writes it: texts bare, objects as {a=1, b=x}.
// NOLINTNEXTLINE(misc-no-recursion): as deep as a tree may be
void append_bare(std::string& out, const Json& value) {
  if (out.size() > kMaxStateBytes) return;
  if (value.is_string()) {
    out += std::string_view(value.get_string());
  } else if (value.is_array()) {
    std::string_view between;
    out += '[';
    for (const Json& element : value.get_array()) {
      out += std::exchange(between, ", ");
      append_bare(out, element);
    }
    out += ']';
  } else if (value.is_object()) {
    std::string_view between;
    out += '{';
    for (const auto& member : value.get_object()) {
      out += std::exchange(between, ", ");
      out += std::string_view(member.key());
      out += '=';
      append_bare(out, member.value());
    }
    out += '}';
  } else {
    base::append_json_tree(out, value);
  }
}

bool is_too_long(std::string_view text) {
  return text.size() > kMaxEncodedCharacters &&
         base::count_characters(text) > kMaxEncodedCharacters;
}

std::string too_long() {
  return fmt::format("the text is longer than {} characters", kMaxEncodedCharacters);
}

// The bytes of the character at `at`.
std::size_t character_bytes(std::string_view text, std::size_t at) {
  std::size_t bytes = 1;
  while (at + bytes < text.size() &&
         (static_cast<unsigned char>(text[at + bytes]) & 0xc0U) == 0x80U) {
    ++bytes;
  }
  return bytes;
}

}  // namespace

std::string_view format_complaint(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_escape(text, at)) {
      ++at;
    } else if (text[at] == '{') {
      if (at + 1 == text.size() || text[at + 1] != '}') return "matching '}' not found for '{'";
      ++at;
    }
  }
  return {};
}

Computed format(Arguments arguments, const Entropy& /*entropy*/) {
  const std::string_view text = text_of(arguments[0]);
  if (const std::string_view complaint = format_complaint(text); !complaint.empty()) {
    return cannot(std::string(complaint));
  }
  std::string out;
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_escape(text, at)) {
      out += text[++at];
    } else if (text[at] == '{') {
      ++at;
      if (++used < arguments.size()) append_bare(out, *arguments[used]);
    } else {
      out += text[at];
    }
    if (out.size() > kMaxStateBytes) return too_large();
  }
  if (used + 1 != arguments.size()) {
    return cannot(fmt::format("the template has {} occurrences of {{}}, there are {} values", used,
                              arguments.size() - 1));
  }
  return string(out);
}

Computed string_split(Arguments arguments, const Entropy& /*entropy*/) {
  const std::string_view text = text_of(arguments[0]);
  const std::string_view delimiters = text_of(arguments[1]);
  const auto delimits = [&](std::string_view character) {
    for (std::size_t at = 0; at < delimiters.size();) {
      const std::size_t bytes = character_bytes(delimiters, at);
      if (delimiters.substr(at, bytes) == character) return true;
      at += bytes;
    }
    return false;
  };
  boost::json::array parts;
  std::size_t begin = 0;
  const auto end_part = [&](std::size_t end) {
    if (end > begin) parts.push_back(string(text.substr(begin, end - begin)));
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = character_bytes(text, at);
    if (delimits(text.substr(at, bytes))) {
      end_part(at);
      begin = at + bytes;
    }
    at += bytes;
  }
  end_part(text.size());
  return parts;
}

Computed string_to_json(Arguments arguments, const Entropy& /*entropy*/) {
  const std::string_view text = text_of(arguments[0]);
  // As at the service.
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return Json();
  base::Result<Json> value = base::parse_json_tree(text);
  if (!value) return cannot(std::move(value.error().message));
  return *std::move(value);
}

Computed json_to_string(Arguments arguments, const Entropy& /*entropy*/) {
  return string(base::json_tree_text(*arguments[0]));
}

Computed json_merge(Arguments arguments, const Entropy& /*entropy*/) {
  if (arguments[2]->get_bool()) {
    return cannot("only shallow merging is known: the third argument must be false");
  }
  boost::json::object merged = arguments[0]->get_object();
  for (const auto& member : arguments[1]->get_object()) {
    merged.insert_or_assign(member.key(), member.value());
  }
  return merged;
}

Computed base64_encode(Arguments arguments, const Entropy& /*entropy*/) {
  const std::string_view text = text_of(arguments[0]);
  if (is_too_long(text)) return cannot(too_long());
  return string(base::base64_encode(text));
}

Computed base64_decode(Arguments arguments, const Entropy& /*entropy*/) {
  const std::string_view text = text_of(arguments[0]);
  if (is_too_long(text)) return cannot(too_long());
  const std::optional<std::string> bytes = base::base64_decode(text);
  if (!bytes) return cannot("the text is not Base64");
  if (!base::is_valid_utf8(*bytes)) return cannot("what is encoded is not UTF-8");
  return string(*bytes);
}

Computed hash(Arguments arguments, const Entropy& /*entropy*/) {
  using base::HashAlgorithm;
  constexpr std::array<std::pair<std::string_view, HashAlgorithm>, 5> kAlgorithms{{
      {"MD5", HashAlgorithm::md5},
      {"SHA-1", HashAlgorithm::sha1},
      {"SHA-256", HashAlgorithm::sha256},
      {"SHA-384", HashAlgorithm::sha384},
      {"SHA-512", HashAlgorithm::sha512},
  }};
  const std::string_view text = text_of(arguments[0]);
  if (is_too_long(text)) return cannot(too_long());
  for (const auto& [name, algorithm] : kAlgorithms) {
    if (name == text_of(arguments[1])) return string(base::hex_digest(algorithm, text));
  }
  return cannot(
      fmt::format("there is no algorithm '{}': MD5, SHA-1, SHA-256, SHA-384 and SHA-512 "
                  "are known",
                  base::clip(text_of(arguments[1]), 64)));
}

Computed uuid(Arguments /*arguments*/, const Entropy& entropy) {
  const std::uint64_t high = entropy();
  return string(base::uuid_v4(high, entropy()));
}

}  // namespace ordo::states
