// Stands before a PostgreSQL and lets connections break as networks and servers let them break: in
// the middle of what is sent, or with an answer that never comes.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/temp_dir.h"

namespace ordo::testing {

// Of the address of a server: where its socket is, and the same by way of another folder.
std::string folder_in(const std::string& url);
std::string through(const std::string& url, const std::string& folder);

// Any thread.
class UnreliableServer {
 public:
  // The folder of the real one's socket.
  explicit UnreliableServer(std::string real_folder);
  ~UnreliableServer();
  UnreliableServer(const UnreliableServer&) = delete;
  UnreliableServer& operator=(const UnreliableServer&) = delete;

  // Where a client finds it: to be given as libpq's `host`.
  [[nodiscard]] std::string folder() const { return folder_.path().string(); }

  // So many bytes more reach the server, and the connections are cut.
  void cut_after(std::size_t bytes);
  // After so many answers more, one to each batch, the next is lost, and the connections are cut.
  void lose_answer(std::size_t after);
  // The same, and nobody gets in from then on.
  void lose_answer_and_refuse(std::size_t after);
  // Nothing passes in either direction, and nobody is told.
  void be_silent();
  // New connections are refused, and those that there are, are cut.
  void refuse();
  // All is well from here on, for new connections; what is silent goes on.
  void calm();

  // How often something was done to somebody.
  [[nodiscard]] std::size_t cuts() const { return cuts_; }

 private:
  struct Pair {
    int client = -1;
    int server = -1;
  };
  enum class Mood : std::uint8_t { calm, cutting, losing, silent, refusing };

  void run(const std::stop_token& stop);
  void accept();
  // False: the pair has to go.
  bool pass_on(const Pair& pair);
  bool pass_back(const Pair& pair);
  void set(Mood mood, std::size_t left, Mood then = Mood::calm);
  void cut_all();
  void poke();

  const std::string real_folder_;
  TempDir folder_;
  int listening_ = -1;
  int wake_[2] = {-1, -1};
  std::vector<Pair> pairs_;  // the thread's own
  std::mutex mutex_;
  Mood mood_ = Mood::calm;  // guarded by mutex_, as the next two
  std::size_t left_ = 0;
  Mood then_ = Mood::calm;  // when nothing is left
  std::atomic<std::size_t> cuts_ = 0;
  std::jthread thread_;
};

}  // namespace ordo::testing
