package dev.polyserve.linux.socket;

import dev.polyserve.ConnectionInfo.Credentials;
import dev.polyserve.conversation.AddressPair;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// A connection that another process has accepted, and that may show other addresses than those of its socket: those that
/// a PROXY header names.
final class ReceivedConnectionSocket extends DescriptorSocket {
    private final AddressPair shown;

    /// @param shown maps the addresses of the socket to those that the connection shows
    ReceivedConnectionSocket(int number, SocketAddress peer, SocketAddress local,
            Optional<Credentials> credentials,
            UnaryOperator<AddressPair> shown) {
        super(number, peer, local, credentials);
        this.shown = shown.apply(super.ends());
    }

    @Override
    public AddressPair ends() {
        return shown;
    }
}
