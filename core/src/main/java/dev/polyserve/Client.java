package dev.polyserve;

import dev.polyserve.spi.ServerProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/// A server to connect to, and how: [#connect] begins a connection outside of handlers, [Connection#connect(Client)] in one.
///
/// ```java
/// try (Connection server = Client.to("tcp://127.0.0.1:8888").connect()) {
///     server.writeLine("hello");
///     IO.println(server.readLine());
/// }
/// ```
///
/// **Thread**: any, platform or virtual: a wait unmounts a virtual thread.
///
/// Immutable: a `with…` method returns another one. Two with the same parts are equal.
public final class Client extends ValueObject {
    private final ClientOptionValues values;

    private Client(ClientOptionValues values) {
        super(values);
        this.values = values;
    }

    private Client with(Consumer<ClientOptionValues> change) {
        return new Client(ValueFields.changed(values, change));
    }

    /// A client of the server at this endpoint, `tcp://host:port`, `tls://host:port` or `unix:/path`.
    public static Client to(Endpoint endpoint) {
        return new Client(new ClientOptionValues(Objects.requireNonNull(endpoint)));
    }

    /// A client of the server at this endpoint ([Endpoint#parse]).
    public static Client to(String endpoint) {
        return to(Endpoint.parse(endpoint));
    }

    /// With options of its own: the limits of bytes, times and the options of sockets apply to its connections.
    public Client withOptions(UnaryOperator<Options> change) {
        return with(fields -> fields.options = Optional.of(change.apply(fields.options.orElse(Options.defaults()))));
    }

    /// With another trust, or a certificate, for the TLS of a `tls://` endpoint; the default is [Tls#client()].
    public Client withTls(Tls ofClient) {
        return with(fields -> fields.tls = ofClient);
    }

    /// With this address of the machine as the local one of TCP connections; the default is what the system chooses. Only
    /// addresses of the server with the same family, IPv4 or IPv6, are tried.
    public Client withLocalAddress(InetAddress address) {
        return with(fields -> fields.localAddress = Optional.of(address));
    }

    /// With a PROXY header as the first bytes, before TLS, too. In a handler it names the addresses of the handler's own
    /// connection, and in version 2 its TLS; of a session of datagrams version 1 names none. Outside it says that the connection
    /// is the program's own.
    ///
    /// @param version 1 or 2; 0 for none, which is the default
    public Client withProxyHeader(int version) {
        return with(fields -> fields.proxyHeader = version);
    }

    /// Where its connections go to.
    public Endpoint endpoint() {
        return values.endpoint;
    }

    /// The options of its own; without any, a handler's connections have those of its server, and others the defaults.
    public Optional<Options> options() {
        return values.options;
    }

    /// What it trusts, and its own certificate.
    public Tls tls() {
        return values.tls;
    }

    /// The local address of its connections; empty: the system chooses it.
    public Optional<InetAddress> localAddress() {
        return values.localAddress;
    }

    /// The version of the PROXY header that it sends; 0 for none.
    public int proxyHeader() {
        return values.proxyHeader;
    }

    /// Begins a connection, and waits until it is connected, within [Options.Timeouts#connect]; the handshake of TLS follows,
    /// within [Options.Timeouts#tlsHandshake]. The caller closes it. One thread at a time uses it; another one can end the
    /// waits of that thread with [Sender#close].
    ///
    /// @throws java.net.ConnectException with one sentence, when it is not connected in time, or its certificate is not trusted
    /// @throws IllegalArgumentException for an endpoint that has no connections
    public Connection connect() throws IOException {
        return ServerProvider.load().connect(this);
    }
}
