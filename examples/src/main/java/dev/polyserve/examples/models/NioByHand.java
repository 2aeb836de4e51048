package dev.polyserve.examples.models;

import module java.base;

/// The model `nio` by hand: one loop over a selector of the JDK, which is epoll, kqueue or WEPoll below.
///
/// The argument is the port; 0 takes a free one. The first line of output is the port.
final class NioByHand {
    static void main(String[] args) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        try (ServerSocketChannel listener = ServerSocketChannel.open().bind(address, 128);
                Selector selector = Selector.open()) {
            listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
            System.out.println(listener.socket().getLocalPort());
            while (true) {
                selector.select(); // waits until at least one socket is ready
                for (SelectionKey key : selector.selectedKeys()) {
                    if (key.isAcceptable()) {
                        accept(listener, selector);
                    } else {
                        serve(key);
                    }
                }
                selector.selectedKeys().clear(); // the selector adds keys and removes none
            }
        }
    }

    private static void accept(ServerSocketChannel listener, Selector selector) throws IOException {
        SocketChannel client = listener.accept();
        if (client != null) { // null if there is none
            client.configureBlocking(false);
            client.register(selector, SelectionKey.OP_READ, ByteBuffer.allocateDirect(4096).limit(0));
        }
    }

    /// Reads or writes once, and says what to wait for next. The attachment is what has not been sent back.
    private static void serve(SelectionKey key) throws IOException {
        SocketChannel client = (SocketChannel) key.channel();
        ByteBuffer buffer = (ByteBuffer) key.attachment();
        try {
            if (key.isReadable()) {
                int count = client.read(buffer.clear());
                buffer.flip();
                if (count < 0) {
                    client.close();
                    return;
                }
            }
            client.write(buffer);
            key.interestOps(buffer.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        } catch (IOException e) {
            System.err.println("lost a client: " + e.getMessage());
            client.close();
        }
    }
}
