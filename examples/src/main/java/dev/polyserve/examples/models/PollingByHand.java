package dev.polyserve.examples.models;

import module java.base;

/// The model `polling` by hand: one loop over sockets that do not block tries each again and again, and never waits.
///
/// The argument is the port; 0 takes a free one. The first line of output is the port.
final class PollingByHand {
    static void main(String[] args) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        try (ServerSocketChannel listener = ServerSocketChannel.open().bind(address, 128)) {
            listener.configureBlocking(false);
            System.out.println(listener.socket().getLocalPort());
            var unsent = new HashMap<SocketChannel, ByteBuffer>(); // what each client has sent and not got back
            while (true) {
                SocketChannel accepted = listener.accept(); // null if there is none
                if (accepted != null) {
                    accepted.configureBlocking(false);
                    unsent.put(accepted, ByteBuffer.allocateDirect(4096).limit(0));
                }
                for (SocketChannel client : List.copyOf(unsent.keySet())) { // a call for each, also if it is silent
                    if (!serve(client, Objects.requireNonNull(unsent.get(client)))) {
                        unsent.remove(client);
                        client.close();
                    }
                }
            }
        }
    }

    /// Sends what is left, else reads what is there and sends what fits. False if the client has left.
    private static boolean serve(SocketChannel client, ByteBuffer unsent) {
        try {
            int received = 0;
            if (!unsent.hasRemaining()) {
                received = client.read(unsent.clear()); // 0 if there is nothing
                unsent.flip();
            }
            client.write(unsent);
            return received >= 0;
        } catch (IOException e) {
            System.err.println("lost a client: " + e.getMessage());
            return false;
        }
    }
}
