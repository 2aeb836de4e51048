package dev.polyserve.comparison.peer;

import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;

/// [NettyEcho] over TLS 1.3, with the pipeline of `io.netty.example.securechat`: an `SslHandler` first.
///
/// Tuned as its documentation says: `OPENSSL_REFCNT`, which frees native memory without finalizers. Netty turns the
/// tickets of its native engine off unless a key is set; the JDK's engine has them.
///
/// @param transport Netty's transport
/// @param provider of the engine: [SslProvider#JDK] or [SslProvider#OPENSSL_REFCNT]
/// @param files the certificate and its key
record NettyTls(NettyTransport transport, SslProvider provider, TlsFiles files) implements PeerServer {
    @Override
    public void serve(InetSocketAddress address) throws PeerUnavailableException, IOException, InterruptedException {
        if (provider == SslProvider.OPENSSL_REFCNT && !OpenSsl.isAvailable()) {
            throw new PeerUnavailableException("Netty finds no tcnative (" + OpenSsl.unavailabilityCause() + ").");
        }
        SslContext context = SslContextBuilder.forServer(files.certificate().toFile(), files.key().toFile())
                .sslProvider(provider).protocols("TLSv1.3").build();
        if (context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
            sessions.setTicketKeys(ticketKey());
        }
        new NettyServer(transport, new Initializer(context)).serve(address);
    }

    private static OpenSslSessionTicketKey ticketKey() {
        var random = new SecureRandom();
        byte[] name = new byte[OpenSslSessionTicketKey.NAME_SIZE];
        byte[] hmac = new byte[OpenSslSessionTicketKey.HMAC_KEY_SIZE];
        byte[] aes = new byte[OpenSslSessionTicketKey.AES_KEY_SIZE];
        random.nextBytes(name);
        random.nextBytes(hmac);
        random.nextBytes(aes);
        return new OpenSslSessionTicketKey(name, hmac, aes);
    }

    private static final class Initializer extends ChannelInitializer<SocketChannel> {
        private final SslContext context;
        private final NettyEcho.Echo handler = new NettyEcho.Echo();

        Initializer(SslContext context) {
            this.context = context;
        }

        @Override
        protected void initChannel(SocketChannel channel) {
            channel.pipeline().addLast(context.newHandler(channel.alloc()), handler);
        }
    }
}
