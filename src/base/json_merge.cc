// RFC 7396 on compact text. Each text is cut open once, so that the work is linear in both: this
// runs on the thread that owns the store.
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace ordo::base {
namespace {

// A value of a compact text, with its members when it is an object. All views are into that text:
// compact text writes a string in one way, so equal keys are equal bytes.
struct Node {
  std::string_view key;
  std::string_view text;  // of anything but an object
  bool is_object = false;
  bool is_removed = false;
  std::vector<Node> members;
};

// Cuts a valid compact text; the recursion is as deep as the parser allows a text to be.
class Cutter {
 public:
  explicit Cutter(std::string_view text) : text_(text) {}

  Node cut() {
    Node node;
    const std::size_t begin = at_;
    if (text_[at_] != '{') {
      skip_value();
      node.text = text_.substr(begin, at_ - begin);
      return node;
    }
    node.is_object = true;
    ++at_;
    while (text_[at_] != '}') {
      if (text_[at_] == ',') ++at_;
      const std::size_t key = at_;
      skip_string();
      const std::size_t key_end = at_++;  // and the colon
      node.members.push_back(cut());
      node.members.back().key = text_.substr(key, key_end - key);
    }
    ++at_;
    return node;
  }

 private:
  void skip_string() {
    for (++at_; text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    ++at_;
  }
  void skip_value() {
    for (std::size_t depth = 0; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
        --at_;
      } else if (c == '[' || c == '{') {
        ++depth;
      } else if (depth == 0 && (c == ',' || c == ']' || c == '}')) {
        return;
      } else if (c == ']' || c == '}') {
        --depth;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

void merge(Node& target, Node&& patch) {
  std::map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < target.members.size(); ++i) places.emplace(target.members[i].key, i);
  for (Node& change : patch.members) {
    const auto place = places.find(change.key);
    if (!change.is_object && change.text == "null") {
      if (place != places.end()) target.members[place->second].is_removed = true;
      continue;
    }
    Node& old =
        place != places.end() ? target.members[place->second] : target.members.emplace_back();
    old.key = change.key;
    if (!change.is_object) {
      old = std::move(change);
      continue;
    }
    if (!old.is_object) {
      old.is_object = true;
      old.members.clear();
    }
    merge(old, std::move(change));
  }
}

void print(std::string& out, const Node& node) {
  if (!node.is_object) {
    out += node.text;
    return;
  }
  out.push_back('{');
  for (const Node& member : node.members) {
    if (member.is_removed) continue;
    if (out.back() != '{') out.push_back(',');
    out += member.key;
    out.push_back(':');
    print(out, member);
  }
  out.push_back('}');
}

}  // namespace

Result<std::string> merge_patch_json(std::string_view target, std::string_view patch) {
  Result<std::string> whole = compact_json(target);
  if (!whole) return whole;
  Result<std::string> changes = compact_json(patch);
  if (!changes) return changes;
  if (whole->front() != '{' || changes->front() != '{') {
    return fail(ErrorCode::invalid, "a merge patch and what it changes are JSON objects");
  }
  Node merged = Cutter(*whole).cut();
  merge(merged, Cutter(*changes).cut());
  std::string out;
  out.reserve(whole->size() + changes->size());
  print(out, merged);
  return out;
}

}  // namespace ordo::base
