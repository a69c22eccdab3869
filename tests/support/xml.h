// As much of XML as is needed to see whether a document of ours is well-formed: elements with
// attributes in double quotes, text, and entities; no comments, no CDATA.
#pragma once

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace ordo::testing {

inline bool is_xml_name(std::string_view text) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-:";
  return !text.empty() && text.find_first_not_of(kLetters) == std::string_view::npos;
}

// Of text between tags, or within quotes.
inline std::string fault_of_xml_text(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '<' || (c < 0x20 && c != '\n' && c != '\t')) return "a bare character";
    if (c != '&') continue;
    const std::string_view entity = text.substr(i, text.find(';', i) - i);
    constexpr std::string_view kKnown[] = {"&amp", "&lt", "&gt", "&quot", "&#39"};
    bool is_known = false;
    for (const std::string_view one : kKnown) is_known = is_known || one == entity;
    if (!is_known) return "an entity " + std::string(entity.substr(0, 16));
  }
  return text.find("]]>") == std::string_view::npos ? "" : "]]>";
}

// "name a="b" c="d"", without the brackets.
inline std::string fault_of_xml_tag(std::string_view tag) {
  std::size_t at = std::min(tag.find(' '), tag.size());
  if (!is_xml_name(tag.substr(0, at))) return "a tag " + std::string(tag);
  std::set<std::string_view> names;
  while (at < tag.size()) {
    const std::size_t equals = tag.find("=\"", at);
    if (equals == std::string_view::npos) return "an attribute in " + std::string(tag);
    const std::string_view name = tag.substr(at + 1, equals - at - 1);
    if (!is_xml_name(name) || !names.insert(name).second) return "a name in " + std::string(tag);
    const std::size_t end = tag.find('"', equals + 2);
    if (end == std::string_view::npos) return "a quote in " + std::string(tag);
    std::string fault = fault_of_xml_text(tag.substr(equals + 2, end - equals - 2));
    if (!fault.empty()) return fault;
    at = end + 1;
    if (at < tag.size() && tag[at] != ' ') return "no space in " + std::string(tag);
  }
  return "";
}

// What is wrong with it; empty: nothing is.
inline std::string xml_fault(std::string_view text) {
  if (!base::is_valid_utf8(text)) return "not UTF-8";
  std::vector<std::string_view> open;
  std::size_t roots = 0;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find('<'), text.size());
    const std::string_view before = text.substr(0, begin);
    if (open.empty() && before.find_first_not_of("\n ") != std::string_view::npos) {
      return "text outside";
    }
    std::string fault = fault_of_xml_text(before);
    if (!fault.empty()) return fault;
    text.remove_prefix(begin);
    if (text.empty()) break;
    const std::size_t end = text.find('>');
    if (end == std::string_view::npos) return "a tag without end";
    std::string_view tag = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (tag.starts_with('/')) {
      if (open.empty() || open.back() != tag.substr(1)) return "closes: " + std::string(tag);
      open.pop_back();
      continue;
    }
    const bool is_empty = tag.ends_with('/');
    if (is_empty) tag.remove_suffix(1);
    fault = fault_of_xml_tag(tag);
    if (!fault.empty()) return fault;
    if (open.empty() && ++roots > 1) return "two roots";
    if (!is_empty) open.push_back(tag.substr(0, tag.find(' ')));
  }
  return open.empty() && roots == 1 ? "" : "elements that are left open";
}

}  // namespace ordo::testing
