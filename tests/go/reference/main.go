// The Go gateway that ours replaces, with the cure its document names: a Director
// that sets Host. The test asks both the same and compares.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"time"
)

const stats = `{"api-gateway":{"info":"Proxying API requests","service_status":"online"}}`

func main() {
	user := flag.String("user", "", "address of user-service")
	auth := flag.String("auth", "", "address of auth-service")
	blog := flag.String("blog", "", "address of blog-service")
	flag.Parse()
	// What a proxy logs about odd requests is no concern of the test's.
	log.SetOutput(io.Discard)

	userProxy := proxy("http://user-service:8001", *user)
	authProxy := proxy("http://auth-service:8002", *auth)
	blogProxy := proxy("http://blog-service:8005", *blog)

	mux := http.NewServeMux()
	mux.Handle("/blog/api/", http.StripPrefix("/blog/api", authProxy))
	mux.Handle("/api/users/", http.StripPrefix("/api/users", userProxy))
	mux.Handle("/blog/api/posts/", blogProxy)
	mux.Handle("/blog/api/categories/", blogProxy)
	mux.HandleFunc("/health", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/stats", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, stats)
	})

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	// The test holds the other end of stdin: without the test there is no server.
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 2 * time.Second, IdleTimeout: 60 * time.Second}
	fmt.Fprintln(os.Stderr, server.Serve(listener))
	os.Exit(1)
}

// proxy sends to the service of this name, which for the test listens at address.
func proxy(name, address string) *httputil.ReverseProxy {
	service, err := url.Parse(name)
	if err != nil {
		panic(err)
	}
	dialer := &net.Dialer{Timeout: time.Second}
	return &httputil.ReverseProxy{
		Director: func(req *http.Request) {
			req.URL.Scheme = service.Scheme
			req.URL.Host = service.Host
			req.Host = service.Host
		},
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return dialer.DialContext(ctx, network, address)
			},
			ResponseHeaderTimeout: 2 * time.Second,
			IdleConnTimeout:       30 * time.Second,
			ExpectContinueTimeout: 1 * time.Second,
		},
	}
}
