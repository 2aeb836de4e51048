package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Client;
import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.ConnectingWire;
import dev.polyserve.conversation.Connector;
import dev.polyserve.conversation.ConversationDriver;
import dev.polyserve.conversation.HandlerBorder;
import dev.polyserve.conversation.HandlerOutgoingConnections;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.OutgoingConversation;
import dev.polyserve.conversation.ReusableWire;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.conversation.Wire;
import dev.polyserve.io.BlockingWire;
import dev.polyserve.io.ChannelSocketProvider;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What ends an outgoing connection while its owner leaves it.
@Timeout(30)
class OutgoingLeaveTest {
    private Runnable whenLeft = () -> {
    };

    /// What the wires of an outgoing connection are.
    interface ClientWire extends Wire, ConversationDriver, ConnectingWire, ReusableWire {}

    /// Runs the action when the wire loses its owner: the connection is not unowned yet.
    private ClientWire observed(BlockingWire wire) {
        return (ClientWire) Proxy.newProxyInstance(ClientWire.class.getClassLoader(), new Class<?>[]{ClientWire.class},
                (_, method, arguments) -> {
                    if (method.getName().equals("ownedBy")) {
                        whenLeft.run();
                    }
                    try {
                        return method.invoke(wire, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private OutgoingConversation connect(ServerSocket listener) throws IOException {
        ServerContext context = new ServerContext(Options.defaults(), new ServerListener() {}, NanoClock.SYSTEM, _ -> {
        });
        OutgoingConnector connector = new OutgoingConnector(new ChannelSocketProvider(), context,
                new OutgoingAddressResolver((_, _) -> List.of(InetAddress.ofLiteral("127.0.0.1"))),
                new OutgoingTlsHandshakes(Runnable::run),
                (own, socket, identity, owner, again) -> new OutgoingConversation(own, identity,
                        observed(new BlockingWire(socket.socket(), own)), owner, again));
        return connector.connect(Client.to("tcp://name.test:" + listener.getLocalPort()),
                new Connector.Owner(null, HandlerBorder.NONE, new HandlerOutgoingConnections(), null));
    }

    private void assertEnds(boolean aborts, boolean stops) throws IOException {
        HandlerOutgoingConnections rest = new HandlerOutgoingConnections();
        AtomicBoolean over = new AtomicBoolean();
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
                OutgoingConversation connection = connect(listener);
                Socket accepted = listener.accept()) {
            connection.whenOver(() -> over.set(true));
            whenLeft = () -> {
                if (aborts) {
                    connection.abort();
                }
                if (stops) {
                    rest.endAllUnowned();
                }
            };
            assertThat(connection.leave(rest)).isTrue();
            assertThat(over.get()).isEqualTo(aborts || stops);
            if (over.get()) {
                assertThat(accepted.getInputStream().read()).isEqualTo(-1);
            }
            connection.endUnowned();
        }
    }

    @Test
    void shouldStayOpen() throws Exception {
        assertEnds(false, false);
    }

    @Test
    void shouldEndAfterAnAbort() throws Exception {
        assertEnds(true, false);
    }

    @Test
    void shouldEndWithItsServer() throws Exception {
        assertEnds(false, true);
    }
}
