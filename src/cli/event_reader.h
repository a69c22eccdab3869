// Server-sent events out of the bytes of an answer that goes on.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace ordo::cli {

struct ServerEvent {
  std::string type = "message";
  std::string data;
};

// One thread.
class EventReader {
 public:
  // A longer line means that this is no stream of events.
  static constexpr std::size_t kMaxLineBytes = 1024UL * 1024;

  using OnEvent = std::function<void(const ServerEvent&)>;
  explicit EventReader(OnEvent on_event) : on_event_(std::move(on_event)) {}

  // False when a line is too long.
  bool feed(std::string_view bytes);
  // What is half there belongs to an answer that broke off.
  void restart();
  // The id from behind which to go on; empty: none was told yet.
  [[nodiscard]] const std::string& last_id() const { return last_id_; }

 private:
  void take_line(std::string_view line);

  OnEvent on_event_;
  std::string line_;
  ServerEvent event_;
  bool has_data_ = false;
  std::string id_;
  std::string last_id_;
};

}  // namespace ordo::cli
