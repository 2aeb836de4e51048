package dev.polyserve.bench.contender;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;

/// Checks whether a server answers at an endpoint.
final class ConnectProbe {
    private static final int CONNECT_MILLIS = 1_000;
    private static final int ECHO_MILLIS = 100;

    private ConnectProbe() {}

    /// True when a connection is accepted, or a datagram echoed, now.
    static boolean isAnswered(Endpoint endpoint) {
        try {
            return switch (endpoint) {
                case Endpoint.Tcp tcp -> accepts(new InetSocketAddress(tcp.host(), tcp.port()));
                case Endpoint.Unix unix -> accepts(UnixDomainSocketAddress.of(unix.path()));
                case Endpoint.Udp udp -> echoes(new InetSocketAddress(udp.host(), udp.port()));
                case Endpoint.Tls _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> false;
            };
        } catch (IOException e) {
            return false; // refused, not listening yet, or no answer in time: the caller retries in each case
        }
    }

    private static boolean accepts(InetSocketAddress address) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(address, CONNECT_MILLIS);
            // Without a listener, the kernel can choose the destination port as the source port: TCP simultaneous open
            // then connects the socket to itself.
            return !socket.getLocalSocketAddress().equals(socket.getRemoteSocketAddress());
        }
    }

    private static boolean accepts(UnixDomainSocketAddress address) throws IOException {
        try (SocketChannel channel = SocketChannel.open(address)) {
            return channel.isConnected();
        }
    }

    private static boolean echoes(InetSocketAddress address) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(address);
            socket.setSoTimeout(ECHO_MILLIS);
            byte[] question = {'?'};
            socket.send(new DatagramPacket(question, question.length));
            DatagramPacket answer = new DatagramPacket(new byte[1], 1);
            socket.receive(answer);
            return answer.getData()[0] == question[0];
        }
    }
}
