package dev.polyserve.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Chooses the certificate by the server's name that a client asks for (SNI, RFC 6066): those that name it exactly or by
/// a wildcard, else the first one and those with the same names.
///
/// **Thread**: any.
final class SniKeyManager extends X509ExtendedKeyManager {
    private final List<CertificateWithKey> identities;
    private final List<Set<String>> names;

    SniKeyManager(List<CertificateWithKey> identities) {
        this.identities = List.copyOf(identities);
        names = identities.stream().map(CertificateWithKey::names).toList();
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers,
            @Nullable SSLEngine engine) {
        Optional<String> asked = engine == null ? Optional.empty() : serverName(engine.getHandshakeSession());
        for (int index : candidates(asked)) {
            if (identities.get(index).keyType().equals(keyType)) {
                return Integer.toString(index);
            }
        }
        return null;
    }

    /// The identities for this name, in order.
    List<Integer> candidates(Optional<String> asked) {
        var exact = new ArrayList<Integer>();
        var covered = new ArrayList<Integer>();
        var others = new ArrayList<Integer>();
        for (int i = 0; i < identities.size(); i++) {
            if (asked.isPresent() && names.get(i).contains(CertificateWithKey.lowerCase(asked.get()))) {
                exact.add(i);
            } else if (asked.isPresent() && CertificateWithKey.covers(names.get(i), asked.get())) {
                covered.add(i);
            } else if (names.get(i).equals(names.getFirst())) {
                others.add(i);
            }
        }
        if (!exact.isEmpty()) {
            return exact;
        }
        return covered.isEmpty() ? others : covered;
    }

    /// The server's name that the client asked for.
    static Optional<String> serverName(@Nullable SSLSession session) {
        if (!(session instanceof ExtendedSSLSession extended)) {
            return Optional.empty();
        }
        return extended.getRequestedServerNames().stream().filter(SNIHostName.class::isInstance)
                .map(name -> ((SNIHostName) name).getAsciiName()).findFirst();
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return identities.get(Integer.parseInt(alias)).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return identities.get(Integer.parseInt(alias)).key();
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return chooseEngineServerAlias(keyType, issuers, null);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    /// As a client: the first of a kind that the server accepts.
    @Override
    public @Nullable String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers,
            @Nullable Socket socket) {
        for (String keyType : keyTypes) {
            for (int i = 0; i < identities.size(); i++) {
                if (identities.get(i).keyType().equals(keyType)) {
                    return Integer.toString(i);
                }
            }
        }
        return null;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(String[] keyTypes, Principal @Nullable [] issuers,
            @Nullable SSLEngine engine) {
        return chooseClientAlias(keyTypes, issuers, null);
    }
}
