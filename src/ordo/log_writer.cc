#include "ordo/log_writer.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace ordo::program {
namespace {

// How long a stuck reader can keep the thread from hearing that it shall end.
constexpr int kLookMs = 50;

}  // namespace

LogWriter::LogWriter(int fd, std::function<std::string(std::uint64_t dropped)> tell_dropped)
    : fd_(fd),
      tell_dropped_(std::move(tell_dropped)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

LogWriter::~LogWriter() {
  flush(kLastBound);
  given_up_.request_stop();
}

void LogWriter::write(std::string line) {
  {
    const std::scoped_lock lock(mutex_);
    enqueue(std::move(line), false);
  }
  changed_.notify_all();
}

void LogWriter::enqueue(std::string text, bool stays) {
  text.push_back('\n');
  while (bytes_ + text.size() > kMaxWaitingBytes) {
    const auto oldest = std::ranges::find(lines_, false, &Line::stays);
    if (oldest == lines_.end()) break;
    bytes_ -= oldest->text.size();
    lines_.erase(oldest);
    ++dropped_;
  }
  bytes_ += text.size();
  lines_.push_back({std::move(text), ++last_, stays});
}

bool LogWriter::deliver(std::string line, base::Millis bound) {
  std::unique_lock lock(mutex_);
  enqueue(std::move(line), true);
  const std::uint64_t number = last_;
  changed_.notify_all();
  if (changed_.wait_for(lock, bound, [&] { return out_ >= number; })) return true;
  const auto waits = std::ranges::find(lines_, number, &Line::number);
  if (waits != lines_.end()) {
    bytes_ -= waits->text.size();
    lines_.erase(waits);
  }
  return false;
}

bool LogWriter::flush(base::Millis bound) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, bound, [this] { return lines_.empty() && !busy_; });
}

void LogWriter::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !lines_.empty(); })) {
    const std::deque<Line> lines = std::exchange(lines_, {});
    const std::uint64_t dropped = std::exchange(dropped_, 0);
    bytes_ = 0;
    busy_ = true;
    lock.unlock();
    std::string text = dropped == 0 ? "" : tell_dropped_(dropped) + "\n";
    for (const Line& line : lines) text += line.text;
    put(text);
    lock.lock();
    if (given_up_.stop_requested()) return;
    busy_ = false;
    out_ = lines.back().number;
    changed_.notify_all();
  }
}

void LogWriter::put(std::string_view text) {
  while (!text.empty() && wait_until_writable()) {
    // A pipe that is writable takes so much without blocking. Whole lines, if they are short
    // enough: others write to the same place.
    std::string_view part = text.substr(0, PIPE_BUF);
    if (const std::size_t end = part.rfind('\n'); end != std::string_view::npos) {
      part = part.substr(0, end + 1);
    }
    const ssize_t written = ::write(fd_, part.data(), part.size());
    if (written < 0 && errno != EAGAIN && errno != EINTR) return;  // nobody can read it any more
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
}

bool LogWriter::wait_until_writable() const {
  pollfd wanted{fd_, POLLOUT, 0};
  while (!given_up_.stop_requested()) {
    if (::poll(&wanted, 1, kLookMs) > 0) return true;
  }
  return false;
}

}  // namespace ordo::program
