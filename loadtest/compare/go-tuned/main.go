// The team's Go program as somebody would write it who has measured it: the proxy of
// tests/go/reference, with connections to the service kept, buffers reused and nothing
// done that the work doesn't need.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"sync"
	"time"
)

// At least as many as there are clients at once.
const connections = 4096

// copies hands out the buffers that bodies are copied through.
type copies struct{ pool sync.Pool }

func (c *copies) Get() []byte  { return *c.pool.Get().(*[]byte) }
func (c *copies) Put(b []byte) { c.pool.Put(&b) }

func main() {
	service := flag.String("user", "", "address of user-service")
	flag.Parse()
	log.SetOutput(io.Discard)

	dialer := &net.Dialer{Timeout: time.Second}
	proxy := &httputil.ReverseProxy{
		Director: func(req *http.Request) {
			req.URL.Scheme = "http"
			req.URL.Host = *service
			req.Host = "user-service:8001"
		},
		BufferPool: &copies{sync.Pool{New: func() any {
			buffer := make([]byte, 64<<10)
			return &buffer
		}}},
		Transport: &http.Transport{
			DialContext:           dialer.DialContext,
			MaxIdleConnsPerHost:   connections,
			DisableCompression:    true,
			ReadBufferSize:        64 << 10,
			WriteBufferSize:       16 << 10,
			ResponseHeaderTimeout: time.Minute,
			IdleConnTimeout:       30 * time.Second,
		},
	}
	mux := http.NewServeMux()
	mux.Handle("/api/users/", http.StripPrefix("/api/users", proxy))

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	// Whoever measures holds the other end of stdin.
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Fprintln(os.Stderr, http.Serve(listener, mux))
	os.Exit(1)
}
