// An HTTPS server on the loopback with a certificate of its own making. Link OpenSSL::SSL.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "base/assert.h"

namespace ordo::testing {

// Answers every request with "secure", and ends the connection.
class TlsListener {
 public:
  // `subject` as OpenSSL writes alternative names: "IP:127.0.0.1". The certificate is written to
  // `certificate_file`.
  TlsListener(const char* subject, const std::string& certificate_file) {
    make_certificate(subject, certificate_file);
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ORDO_ASSERT(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    ORDO_ASSERT(::listen(socket_, 16) == 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { run(); });
  }
  ~TlsListener() {
    const std::uint64_t one = 1;
    ORDO_ASSERT(::write(stop_, &one, sizeof one) == sizeof one);
    thread_.join();
    ::close(socket_);
    ::close(stop_);
  }
  TlsListener(const TlsListener&) = delete;
  TlsListener& operator=(const TlsListener&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // How many requests came through.
  [[nodiscard]] int requests() const { return requests_; }

 private:
  template <class T, auto free>
  struct Free {
    void operator()(T* what) const { free(what); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY, EVP_PKEY_free>>;
  using Certificate = std::unique_ptr<X509, Free<X509, X509_free>>;
  using Context = std::unique_ptr<SSL_CTX, Free<SSL_CTX, SSL_CTX_free>>;
  using Session = std::unique_ptr<SSL, Free<SSL, SSL_free>>;

  void make_certificate(const char* subject, const std::string& file) {
    const Key key(EVP_EC_gen("P-256"));
    const Certificate made(X509_new());
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), key.get());
    X509_NAME* name = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("ordo test"), -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, subject);
    X509_add_ext(made.get(), names, -1);
    X509_EXTENSION_free(names);
    ORDO_ASSERT(X509_sign(made.get(), key.get(), EVP_sha256()) > 0);
    ORDO_ASSERT(SSL_CTX_use_certificate(context_.get(), made.get()) == 1);
    ORDO_ASSERT(SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1);
    std::FILE* const out = std::fopen(file.c_str(), "w");
    ORDO_ASSERT(out != nullptr && PEM_write_X509(out, made.get()) == 1);
    std::fclose(out);
  }

  void run() {
    // OpenSSL writes to what a client has closed.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    while (comes()) {
      const int connection = ::accept(socket_, nullptr, nullptr);
      const timeval patience{10, 0};
      setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      serve(connection);
      ::close(connection);
    }
  }
  [[nodiscard]] bool comes() const {
    std::array<pollfd, 2> both{pollfd{socket_, POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
    return ::poll(both.data(), both.size(), -1) > 0 && both[1].revents == 0;
  }
  void serve(int connection) {
    const Session session(SSL_new(context_.get()));
    SSL_set_fd(session.get(), connection);
    std::array<char, 16384> asked{};
    if (SSL_accept(session.get()) != 1) return;
    if (SSL_read(session.get(), asked.data(), static_cast<int>(asked.size())) <= 0) return;
    ++requests_;
    const std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecure";
    SSL_write(session.get(), answer.data(), static_cast<int>(answer.size()));
    SSL_shutdown(session.get());
  }

  const Context context_{SSL_CTX_new(TLS_server_method())};
  int socket_ = -1;
  int stop_ = ::eventfd(0, 0);
  std::uint16_t port_ = 0;
  std::atomic<int> requests_ = 0;
  std::jthread thread_;
};

}  // namespace ordo::testing
