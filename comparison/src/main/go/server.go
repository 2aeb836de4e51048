// A server in Go, a goroutine per connection: server loop|copy|compute PORT.
//
// "copy" is the example in the documentation of net.Listener: io.Copy(c, c). On Linux that is splice through a pipe,
// which suits bulk transfers. "loop" uses a connection as the documentation of net.Conn describes it, as a Reader and a
// Writer, with reads of 4 KiB, so that an idle connection uses little memory. "compute" executes requests for work, laid
// out as in c/work.h. There is nothing to tune: Go sets TCP_NODELAY, and uses the system's backlog and one thread
// (GOMAXPROCS) per processor.
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
)

const (
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

// The value at the end of a chain of multiplications, as bench's MultiplicationChain defines it.
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

func main() {
	serve := map[string]func(net.Conn){"copy": copyBack, "loop": loopBack, "compute": compute}[os.Args[1]]
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
	for {
		client, err := listener.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, "peer:", err)
			os.Exit(1)
		}
		go serve(client)
	}
}
