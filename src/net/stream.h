// An answer that goes on: its head leaves at once, its bytes as the application has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace ordo::net {

class Outbox;

// Make it where the answer is made (in MakeResponse) and put it into Response::stream: whatever
// becomes of the connection, the stream then hears of it. Shared: the connection reads it, any
// number of threads write it, and either may be gone first.
//
// It is the last answer of its connection: what the peer sends behind the request is not looked at,
// and a peer that shuts its side down is gone.
class Stream {
 public:
  // Bytes that may wait for the peer; beyond it the reader is too slow and is cut off.
  static constexpr std::size_t kMaxWaitingBytes = 1024UL * 1024;

  Stream() = default;
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Any thread; does not wait. False once the stream has ended: nothing will be sent any more.
  bool write(std::string_view bytes);
  // Any thread. What was written is sent, then the connection ends.
  void finish();
  [[nodiscard]] bool ended() const;
  // `told` is called once when the stream has ended, for whatever reason: on the connection's
  // thread, or at once when it ended before. Must be quick. One callback a stream.
  void on_end(std::move_only_function<void()> told);

 private:
  friend class Session;
  struct Taken {
    std::string bytes;
    bool finished = false;
    bool overrun = false;
  };
  struct Held {
    std::size_t bytes = 0;
    bool overrun = false;
  };

  // For the connection, on its thread.
  void attach(std::shared_ptr<Outbox> outbox, std::uint64_t session);
  Taken take();
  // Nothing is taken: `unsent` bytes of what was taken before still wait for the peer. Returns how
  // many wait with those that are here; the next write stirs the connection again.
  Held hold_back(std::size_t unsent);
  void end();

  void stir(std::unique_lock<std::mutex> lock);

  mutable std::mutex mutex_;
  // All below is guarded by mutex_.
  std::shared_ptr<Outbox> outbox_;  // null before it is attached and after its end
  std::uint64_t session_ = 0;
  std::string waiting_;
  std::size_t unsent_ = 0;
  bool stirred_ = false;   // the connection knows that there is something to take
  bool finished_ = false;  // the application has no more
  bool overrun_ = false;
  bool ended_ = false;
  std::move_only_function<void()> told_;
};

}  // namespace ordo::net
