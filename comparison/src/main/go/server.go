// A server in Go, a goroutine per connection: server loop|copy|compute PORT, or server tls PORT CERTIFICATE KEY.
//
// "copy" is the example in the documentation of net.Listener: io.Copy(c, c). On Linux that is splice through a pipe,
// which suits bulk transfers. "loop" uses a connection as the documentation of net.Conn describes it, as a Reader and a
// Writer, with reads of 4 KiB, so that an idle connection uses little memory. "compute" executes requests for work, laid
// out as in c/work.h. "tls" is "loop" over TLS 1.3 with X25519; its buffer grows to a record's 16 KiB when a read fills it. There is
// nothing to tune: Go sets TCP_NODELAY, and uses the system's backlog and one thread (GOMAXPROCS) per processor.
package main

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
)

const (
	recordBytes       = 16 << 10
	lengthBytes       = 4
	multiplicationsAt = 8
	valueAt           = 16
)

func copyBack(client net.Conn) {
	defer client.Close()
	io.Copy(client, client)
}

func loopBack(client net.Conn) {
	defer client.Close()
	buffer := make([]byte, 4<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return // the end, or a reset, which the load generator reports
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func loopBackRecords(client net.Conn) {
	defer client.Close()
	buffer := make([]byte, 4<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			return
		}
		if n == len(buffer) && n < recordBytes {
			buffer = make([]byte, recordBytes)
		}
	}
}

// The value at the end of a chain of multiplications, as bench's FixedCpuWork defines it.
func chainEnd(value, multiplications uint64) uint64 {
	for ; multiplications > 0; multiplications-- {
		value = (value ^ value>>29) * 6364136223846793005
	}
	return value
}

func compute(client net.Conn) {
	defer client.Close()
	in := bufio.NewReader(client)
	request := make([]byte, lengthBytes)
	for {
		if _, err := io.ReadFull(in, request[:lengthBytes]); err != nil {
			return
		}
		whole := lengthBytes + int(binary.BigEndian.Uint32(request))
		if whole > len(request) {
			request = append(request[:lengthBytes], make([]byte, whole-lengthBytes)...)
		}
		if _, err := io.ReadFull(in, request[lengthBytes:whole]); err != nil {
			return
		}
		end := chainEnd(binary.BigEndian.Uint64(request[valueAt:]), binary.BigEndian.Uint64(request[multiplicationsAt:]))
		binary.BigEndian.PutUint64(request[valueAt:], end)
		if _, err := client.Write(request[:whole]); err != nil {
			return
		}
	}
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
}

func main() {
	serve := map[string]func(net.Conn){
		"copy": copyBack, "loop": loopBack, "compute": compute, "tls": loopBackRecords,
	}[os.Args[1]]
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[2])
	exitOn(err)
	if os.Args[1] == "tls" {
		certificate, err := tls.LoadX509KeyPair(os.Args[3], os.Args[4])
		exitOn(err)
		listener = tls.NewListener(listener, &tls.Config{
			Certificates:     []tls.Certificate{certificate},
			MinVersion:       tls.VersionTLS13,
			CurvePreferences: []tls.CurveID{tls.X25519},
		})
	}
	for {
		client, err := listener.Accept()
		exitOn(err)
		go serve(client)
	}
}
