package dev.polyserve.io;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.file.FileNameEncoding;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A Unix stream listener of the JDK's family, and the owner of its socket file.
final class UnixChannelListener extends AcceptingChannel implements Listener {
    private final SocketFile file;
    private final Options.Sockets options;

    private UnixChannelListener(ServerSocketChannel channel, Endpoint.Unix endpoint, Options.Sockets options)
            throws IOException {
        super(channel, endpoint);
        this.options = options;
        this.file = SocketFile.made(endpoint.path());
    }

    static Listener bind(Endpoint.Unix endpoint, Options.Sockets options) throws IOException {
        if (endpoint.isAbstract()) {
            throw new BindFailedException(endpoint, "this model has no abstract addresses (the JDK lacks them);"
                    + " use a model on descriptors, as epoll, or a path: a file of that name is written ./"
                    + endpoint.path(), null);
        }
        if (!FileNameEncoding.readsEveryName()) {
            throw new BindFailedException(endpoint,
                    "the JDK's sockets lose each client whose own path " + FileNameEncoding.NOT_ENCODED
                            + ", and a descriptor with it;"
                            + " start java with LC_ALL=C.UTF-8, or use a model on descriptors, as epoll",
                    null);
        }
        int bytes = endpoint.path().toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > FileNameEncoding.MOST_SOCKET_PATH_BYTES) {
            throw new BindFailedException(endpoint, "its path has " + bytes + " bytes and the JDK's sockets take "
                    + FileNameEncoding.MOST_SOCKET_PATH_BYTES
                    + "; take a shorter one, or a model on descriptors, as epoll, which takes 107",
                    null);
        }
        SocketFile.removeStale(endpoint, endpoint.path(), SocketFile::isLive);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.configureBlocking(false);
            channel.bind(UnixDomainSocketAddress.of(endpoint.path()), options.backlog());
            return new UnixChannelListener(channel, endpoint, options);
        } catch (IOException e) {
            channel.close();
            throw new BindFailedException(endpoint, String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public @Nullable StreamSocket accept() throws IOException {
        SocketChannel accepted = acceptChannel(StandardProtocolFamily.UNIX);
        if (accepted == null) {
            return null;
        }
        try {
            ChannelSocketOptions.setSendBuffer(accepted, options);
            return new ChannelSocket(accepted);
        } catch (IOException | RuntimeException | Error e) {
            accepted.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        if (isOpen()) {
            file.remove();
            channel.close();
        }
    }
}
