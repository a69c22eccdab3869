// The part of a connection that carries an answer that goes on.
#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "net/session.h"
#include "net/stream.h"

namespace ordo::net {

void Session::begin_stream(const Response& response) {
  if (!fits(response)) {
    response.stream->end();
    return refuse_answer();
  }
  add_answer(response, style_.head_only);
  if (style_.head_only) return response.stream->end();
  state_ = State::streaming;
  stream_ = response.stream;
  in_.clear();
  in_at_ = 0;
  stream_->attach(loop_.outbox(), id_);
  if (loop_.shared.draining) stream_->finish();
}

// Only by reading does one learn that the peer is gone.
void Session::listen() {
  if (!std::exchange(listening_, true)) read();
}

// Once a call, so that a busy stream leaves the other connections their turn: whoever writes after
// this has stirred the connection again.
void Session::pour() {
  if (state_ != State::streaming) return;
  if (blocked_) return hold_back();
  const Stream::Taken taken = stream_->take();
  if (taken.overrun) return close();
  if (!taken.bytes.empty()) append_chunk(taken.bytes);
  if (taken.finished) {
    if (!style_.http_1_0) out_ += "0\r\n\r\n";
    state_ = State::ending;
    std::exchange(stream_, nullptr)->end();
  }
  if (!flush()) {
    write_rest();
    if (state_ == State::streaming) hold_back();
  } else if (state_ == State::ending) {
    linger();
  }
}

void Session::append_chunk(std::string_view bytes) {
  if (style_.http_1_0) {
    out_ += bytes;
    return;
  }
  fmt::format_to(std::back_inserter(out_), "{:x}\r\n", bytes.size());
  out_ += bytes;
  out_ += "\r\n";
}

// The peer is slow: what waits for it counts, and goes on counting less as the peer takes it.
void Session::hold_back() {
  const auto [held, overrun] = stream_->hold_back(out_.size() - out_at_);
  count_buffered(held);
  const bool too_much = loop_.shared.buffered > loop_.shared.options.max_buffered_bytes;
  if (overrun || (too_much && held > kKeepBytes)) close();
}

void Session::end_stream_for_drain() {
  // A peer that does not read would hold the drain up.
  if (blocked_) return close();
  stream_->finish();
  pour();
}

}  // namespace ordo::net
