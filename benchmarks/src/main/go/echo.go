// Echo in Go, a goroutine per connection: echo loop|copy PORT.
//
// "copy" is the example of the documentation of net.Listener: io.Copy(c, c). On Linux that is splice through a pipe,
// which is made for bulk; "loop" is what the documentation of net.Conn says a connection is, a Reader and a Writer,
// with 4 KiB a read, so that an idle connection holds little. Tuned: nothing to tune; Go sets TCP_NODELAY, takes the
// system's backlog and as many threads (GOMAXPROCS) as it has processors.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
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
			return // the end, or the client went without saying so: the load generator reports that
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func main() {
	echo := map[string]func(net.Conn){"copy": copyBack, "loop": loopBack}[os.Args[1]]
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
		go echo(client)
	}
}
