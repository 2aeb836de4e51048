package dev.polyserve.linux.control;

import dev.polyserve.TlsInfo;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The TLS information of a connection that a worker serves, as its supervisor shows it.
///
/// **Thread**: any.
public record WorkerTlsInfo(String protocol, String cipherSuite, Optional<String> serverName,
        Optional<String> applicationProtocol, List<X509Certificate> peerCertificates) implements TlsInfo {
    /// The same as of the connection.
    public static WorkerTlsInfo of(TlsInfo tls) {
        return new WorkerTlsInfo(tls.protocol(), tls.cipherSuite(), tls.serverName(), tls.applicationProtocol(),
                tls.peerCertificates());
    }

    /// Writes its parts in order.
    static void write(Optional<WorkerTlsInfo> known, DataOutputStream out) throws IOException {
        out.writeBoolean(known.isPresent());
        if (known.isPresent()) {
            known.get().writeTo(out);
        }
    }

    private void writeTo(DataOutputStream out) throws IOException {
        out.writeUTF(protocol);
        out.writeUTF(cipherSuite);
        // Names of the peer, of at most 255 bytes each.
        out.writeUTF(serverName.orElse(""));
        out.writeUTF(applicationProtocol.orElse(""));
        out.writeInt(peerCertificates.size());
        for (X509Certificate certificate : peerCertificates) {
            byte[] encoded = encoded(certificate);
            out.writeInt(encoded.length);
            out.write(encoded);
        }
    }

    private static byte[] encoded(X509Certificate certificate) throws IOException {
        try {
            return certificate.getEncoded();
        } catch (CertificateException e) {
            throw new IOException("a certificate that was decoded cannot be encoded", e);
        }
    }

    /// Reads the parts in the same order.
    static Optional<WorkerTlsInfo> readFrom(DataInputStream in) throws IOException {
        if (!in.readBoolean()) {
            return Optional.empty();
        }
        String protocol = in.readUTF();
        String cipherSuite = in.readUTF();
        Optional<String> serverName = Optional.of(in.readUTF()).filter(name -> !name.isEmpty());
        Optional<String> applicationProtocol = Optional.of(in.readUTF()).filter(name -> !name.isEmpty());
        List<X509Certificate> certificates = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            certificates.add(certificate(in.readNBytes(in.readInt())));
        }
        return Optional.of(
                new WorkerTlsInfo(protocol, cipherSuite, serverName, applicationProtocol, List.copyOf(certificates)));
    }

    private static X509Certificate certificate(byte[] encoded) throws IOException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(encoded));
        } catch (CertificateException e) {
            throw new IOException("a message of a worker process is damaged: it has no certificate", e);
        }
    }
}
