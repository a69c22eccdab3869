// The server that the benchmark runs on, for its own questions; and schemas in it.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>

namespace ordo::bench {

// Of the server that ./dev bench has started. Throws when there is none.
std::string server_url();

// One thread. What fails throws.
class Database {
 public:
  explicit Database(const std::string& url);

  void execute(const std::string& sql);
  double number(const std::string& sql);  // the first value of the answer
  std::string text(const std::string& sql);
  [[nodiscard]] PGconn* get() const { return connection_.get(); }

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  std::unique_ptr<PGconn, Finish> connection_;
};

// Empty at first, gone at the end. What was written before is on the disk when it begins, so that
// none pays for another's checkpoint.
class Schema {
 public:
  Schema();
  ~Schema();
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  // For a program that knows nothing of schemas.
  [[nodiscard]] std::string url() const;

 private:
  std::string name_;
};

}  // namespace ordo::bench
