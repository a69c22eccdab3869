#include "postgres/unreliable_server.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace ordo::testing {
namespace {

constexpr const char* kSocketName = "/.s.PGSQL.5432";
// What a server says last, to each batch: ReadyForQuery, and how the transaction stands.
constexpr std::string_view kReady("Z\0\0\0\5", 5);

sockaddr_un address_in(const std::string& folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder + kSocketName;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("too long: " + path);
  std::ranges::copy(path, address.sun_path);
  return address;
}

bool send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

std::string folder_in(const std::string& url) {
  const std::size_t at = url.find("host=") + 5;
  return url.substr(at, url.find('&', at) - at);
}

std::string through(const std::string& url, const std::string& folder) {
  std::string changed = url;
  const std::string real = folder_in(url);
  return changed.replace(changed.find(real), real.size(), folder);
}

UnreliableServer::UnreliableServer(std::string real_folder) : real_folder_(std::move(real_folder)) {
  listening_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_in(folder());
  if (::bind(listening_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listening_, 64) != 0 || ::pipe2(wake_, O_CLOEXEC | O_NONBLOCK) != 0) {
    throw std::runtime_error(std::strerror(errno));
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

UnreliableServer::~UnreliableServer() {
  thread_.request_stop();
  poke();
  thread_.join();
  for (const int file : {listening_, wake_[0], wake_[1]}) ::close(file);
}

void UnreliableServer::cut_after(std::size_t bytes) {
  set(Mood::cutting, bytes);
}
void UnreliableServer::lose_answer(std::size_t after) {
  set(Mood::losing, after);
}
void UnreliableServer::lose_answer_and_refuse(std::size_t after) {
  set(Mood::losing, after, Mood::refusing);
}
void UnreliableServer::be_silent() {
  set(Mood::silent, 0);
}
void UnreliableServer::refuse() {
  set(Mood::refusing, 0);
}
void UnreliableServer::calm() {
  set(Mood::calm, 0);
}

void UnreliableServer::set(Mood mood, std::size_t left, Mood then) {
  {
    const std::lock_guard lock(mutex_);
    mood_ = mood;
    left_ = left;
    then_ = then;
  }
  poke();
}

void UnreliableServer::poke() {
  while (::write(wake_[1], "", 1) < 0 && errno == EINTR) {
  }
}

void UnreliableServer::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    bool silent = false;
    {
      const std::lock_guard lock(mutex_);
      silent = mood_ == Mood::silent;
      if (mood_ == Mood::refusing) cut_all();
    }
    std::vector<pollfd> files{{wake_[0], POLLIN, 0}, {listening_, POLLIN, 0}};
    const short wanted = silent ? 0 : POLLIN;
    for (const Pair& pair : pairs_) {
      files.push_back({pair.client, wanted, 0});
      files.push_back({pair.server, wanted, 0});
    }
    if (::poll(files.data(), files.size(), -1) < 0) continue;
    std::array<char, 64> pokes{};
    while (::read(wake_[0], pokes.data(), pokes.size()) > 0) {
    }
    const std::size_t known = pairs_.size();
    std::vector<Pair> left;
    for (std::size_t i = 0; i < known; ++i) {
      const Pair pair = pairs_[i];
      const bool good = (files[2 + 2 * i].revents == 0 || pass_on(pair)) &&
                        (files[3 + 2 * i].revents == 0 || pass_back(pair));
      if (good) {
        left.push_back(pair);
      } else {
        ::close(pair.client);
        ::close(pair.server);
      }
    }
    pairs_ = std::move(left);
    if ((files[1].revents & POLLIN) != 0) accept();
  }
  cut_all();
}

void UnreliableServer::cut_all() {
  for (const Pair& pair : pairs_) {
    ::close(pair.client);
    ::close(pair.server);
  }
  pairs_.clear();
}

void UnreliableServer::accept() {
  const int client = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const std::lock_guard lock(mutex_);
  const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_in(real_folder_);
  const bool reached =
      mood_ != Mood::refusing &&
      ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  if (reached) {
    pairs_.push_back({client, server});
  } else {
    ::close(client);
    ::close(server);
  }
}

bool UnreliableServer::pass_on(const Pair& pair) {
  std::array<char, 65536> room{};
  const ssize_t got = ::recv(pair.client, room.data(), room.size(), 0);
  if (got <= 0) return false;
  std::string_view bytes(room.data(), static_cast<std::size_t>(got));
  bool cut = false;
  {
    const std::lock_guard lock(mutex_);
    if (mood_ == Mood::cutting) {
      cut = bytes.size() > left_;
      bytes = bytes.substr(0, left_);
      left_ -= bytes.size();
      if (cut) mood_ = Mood::calm;
    }
  }
  if (cut) ++cuts_;
  return send_all(pair.server, bytes) && !cut;
}

bool UnreliableServer::pass_back(const Pair& pair) {
  std::array<char, 65536> room{};
  const ssize_t got = ::recv(pair.server, room.data(), room.size(), 0);
  if (got <= 0) return false;
  const std::string_view bytes(room.data(), static_cast<std::size_t>(got));
  const bool is_last = bytes.size() >= kReady.size() + 1 &&
                       bytes.substr(bytes.size() - kReady.size() - 1, kReady.size()) == kReady;
  {
    const std::lock_guard lock(mutex_);
    if (mood_ == Mood::losing && left_ == 0) {
      if (!is_last) return true;  // lost
      mood_ = then_;
      ++cuts_;
      return false;
    }
    if (mood_ == Mood::losing && is_last) --left_;
  }
  return send_all(pair.client, bytes);
}

}  // namespace ordo::testing
