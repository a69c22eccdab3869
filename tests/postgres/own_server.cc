#include "postgres/own_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "postgres/connection.h"
#include "support/eventually.h"
#include "support/postgres_schema.h"
#include "support/real_clock.h"

namespace ordo::testing {
namespace {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(fmt::format("{} is not set", name));
  return value;
}

pid_t launch(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(out, 1);
  ::dup2(out, 2);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

}  // namespace

OwnPostgres::OwnPostgres()
    : programs_(environment("ORDO_POSTGRES_BIN")), shared_url_(postgres_url()) {
  const std::filesystem::path& folder = folder_.path();
  if (::getuid() == 0) {
    const passwd* const user = ::getpwnam("postgres");
    if (user == nullptr || ::chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error("there is no user postgres");
    }
  }
  if (run({programs_ + "/initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust",
           "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"}) != 0) {
    throw std::runtime_error("initdb failed");
  }
  start();
  ::setenv("ORDO_POSTGRES_URL",
           fmt::format("postgres:///postgres?host={}&user=postgres", folder.string()).c_str(), 1);
}

OwnPostgres::~OwnPostgres() {
  ::setenv("ORDO_POSTGRES_URL", shared_url_.c_str(), 1);
  if (pid_ > 0) stop(SIGQUIT);
}

std::vector<std::string> OwnPostgres::as_its_user(std::vector<std::string> command) const {
  std::vector<std::string> whole{"setpriv", "--pdeathsig", "INT"};
  if (::getuid() == 0) {
    for (const char* word : {"--reuid=postgres", "--regid=postgres", "--clear-groups"}) {
      whole.emplace_back(word);
    }
  }
  whole.insert(whole.end(), command.begin(), command.end());
  return whole;
}

int OwnPostgres::run(std::vector<std::string> command) const {
  const pid_t pid = launch(as_its_user(std::move(command)), "/dev/null");
  int status = 0;
  return ::waitpid(pid, &status, 0) == pid ? status : -1;
}

void OwnPostgres::start() {
  launch_server();
  if (!eventually([this] { return answers(); })) throw std::runtime_error("it does not start");
}

void OwnPostgres::keep_copy() {
  const std::filesystem::path& folder = folder_.path();
  if (run({"cp", "-a", folder / "data", folder / "copy"}) != 0) throw std::runtime_error("no copy");
}

void OwnPostgres::start_copy() {
  const std::filesystem::path& folder = folder_.path();
  std::filesystem::remove_all(folder / "data");
  std::filesystem::rename(folder / "copy", folder / "data");
  if (run({"touch", folder / "data/standby.signal"}) != 0) throw std::runtime_error("no standby");
  launch_server();
  const auto promote = [&] {
    run({programs_ + "/pg_ctl", "promote", "--no-wait", "-D", folder / "data"});
  };
  // Until it has started it cannot be promoted.
  if (!eventually([&] {
        promote();
        return answers();
      })) {
    throw std::runtime_error("it does not take over");
  }
}

void OwnPostgres::launch_server() {
  const std::string folder = folder_.path().string();
  pid_ = launch(as_its_user({programs_ + "/postgres", "-D", folder + "/data", "-k", folder, "-c",
                             "listen_addresses=", "-c", "max_connections=100"}),
                "/dev/null");
}

bool OwnPostgres::answers() const {
  const std::string url =
      fmt::format("postgres:///postgres?host={}&user=postgres", folder_.path().string());
  return postgres::Connection::open({.url = url}, real_clock()).has_value();
}

void OwnPostgres::stop(int signal) {
  ::kill(pid_, signal);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
}

}  // namespace ordo::testing
