package dev.polyserve.admin.http;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// An HTTP server of the JDK at one address, with a bounded number of connections and a virtual thread for each exchange.
///
/// **Thread**: any.
public final class HttpEndpoint implements AutoCloseable {
    private static final int BACKLOG = 64;
    /// How long the last answers may take, in seconds.
    private static final int LAST_ANSWERS_SECONDS = 1;
    /// Limits of the JDK's HTTP server, unless the program has set others: open connections, and seconds for a request.
    private static final String MOST_CONNECTIONS = "jdk.httpserver.maxConnections";
    private static final String REQUEST_SECONDS = "sun.net.httpserver.maxReqTime";

    private final HttpServer http;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    private HttpEndpoint(HttpServer http) {
        this.http = http;
        http.setExecutor(executor);
    }

    /// Binds an address; clients wait in the kernel until it is started.
    ///
    /// @param page what the endpoint is called in messages, such as `admin`
    /// @throws IOException naming the address and what is wrong
    public static HttpEndpoint bind(Endpoint.Tcp tcp, String page) throws IOException {
        limitConnections();
        InetSocketAddress address = address(tcp);
        String failure = "cannot listen on " + tcp + " for the " + page + " endpoint: ";
        if (address.isUnresolved()) {
            throw new IOException(failure + "unknown host " + tcp.host());
        }
        try {
            return new HttpEndpoint(HttpServer.create(address, BACKLOG));
        } catch (BindException e) {
            throw new IOException(failure + e.getMessage() + "; stop what listens there, or take another port", e);
        } catch (IOException e) {
            throw new IOException(failure + e.getMessage(), e);
        }
    }

    private static InetSocketAddress address(Endpoint.Tcp tcp) {
        return tcp.host().equals("*")
                ? new InetSocketAddress(tcp.port())
                : new InetSocketAddress(tcp.host(), tcp.port());
    }

    /// Whether only programs of this machine can reach an address. A name that is not resolved is reported when it is
    /// bound.
    public static boolean isLoopback(Endpoint.Tcp tcp) {
        InetSocketAddress address = address(tcp);
        return address.isUnresolved() || address.getAddress().isLoopbackAddress();
    }

    private static void limitConnections() {
        if (System.getProperty(MOST_CONNECTIONS) == null) {
            System.setProperty(MOST_CONNECTIONS, "128");
        }
        if (System.getProperty(REQUEST_SECONDS) == null) {
            System.setProperty(REQUEST_SECONDS, "10");
        }
    }

    /// Begins to answer.
    public void start(HttpHandler handler) {
        http.createContext("/", handler);
        http.start();
    }

    /// The port that it listens on.
    public int port() {
        return http.getAddress().getPort();
    }

    /// Whether other machines can reach it.
    public boolean isExposed() {
        return !http.getAddress().getAddress().isLoopbackAddress();
    }

    /// Frees the port, and ends all connections; the last answers have a second.
    @Override
    public void close() {
        http.stop(LAST_ANSWERS_SECONDS);
        executor.close();
    }
}
