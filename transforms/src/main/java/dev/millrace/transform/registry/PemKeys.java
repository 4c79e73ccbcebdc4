package dev.millrace.transform.registry;

import dev.millrace.spec.RegistrySettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** PEM texts as Java's TLS wants them. Private keys are PKCS #8, as Kafka's clients take them, too. */
final class PemKeys {
    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN (?<encrypted>ENCRYPTED )?PRIVATE KEY-----(?<text>[A-Za-z0-9+/=\\s]+)-----END ");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    private PemKeys() {}

    /** @throws GeneralSecurityException for texts that are no PEM; its message has nothing of them */
    static SSLContext context(RegistrySettings.Tls tls) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys(tls), trust(tls.authorities()), null);
        return context;
    }

    /** Null is Java's word for its own authorities. */
    private static TrustManager[] trust(Optional<String> authorities) throws GeneralSecurityException {
        if (authorities.isEmpty()) {
            return null;
        }
        KeyStore store = empty();
        int number = 0;
        for (Certificate certificate : certificates(authorities.get(), "schema.registry.ssl.ca")) {
            store.setCertificateEntry("ca" + number++, certificate);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager[] keys(RegistrySettings.Tls tls) throws GeneralSecurityException {
        if (tls.key().isEmpty()) {
            return null;
        }
        Certificate[] chain = certificates(tls.chain().orElseThrow(), "schema.registry.ssl.certificate")
                .toArray(Certificate[]::new);
        KeyStore store = empty();
        store.setKeyEntry("key", privateKey(tls.key().get(), tls.keyPassword()), new char[0], chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private static KeyStore empty() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new GeneralSecurityException("an empty key store cannot be made", e);
        }
        return store;
    }

    private static Collection<? extends Certificate> certificates(String pem, String key)
            throws GeneralSecurityException {
        Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
        if (certificates.isEmpty()) {
            throw new GeneralSecurityException(key + " has no certificate in PEM");
        }
        return certificates;
    }

    private static PrivateKey privateKey(String pem, Optional<String> password) throws GeneralSecurityException {
        Matcher found = PRIVATE_KEY.matcher(pem);
        if (!found.find()) {
            throw new GeneralSecurityException("schema.registry.ssl.key is no private key in PEM (PKCS #8)");
        }
        byte[] bytes = Base64.getMimeDecoder().decode(found.group("text"));
        PKCS8EncodedKeySpec spec =
                found.group("encrypted") == null ? new PKCS8EncodedKeySpec(bytes) : decrypted(bytes, password);
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                // It is another algorithm's.
                continue;
            }
        }
        throw new GeneralSecurityException("schema.registry.ssl.key is a key for none of " + ALGORITHMS);
    }

    private static PKCS8EncodedKeySpec decrypted(byte[] bytes, Optional<String> password)
            throws GeneralSecurityException {
        if (password.isEmpty()) {
            throw new GeneralSecurityException(
                    "schema.registry.ssl.key is encrypted, and there is no schema.registry.ssl.key.password");
        }
        try {
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(bytes);
            // Of PBES2 Java names the scheme in the parameters' text alone.
            String scheme =
                    info.getAlgName().equals("PBES2") ? info.getAlgParameters().toString() : info.getAlgName();
            Cipher cipher = Cipher.getInstance(scheme);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(scheme)
                            .generateSecret(new PBEKeySpec(password.get().toCharArray())),
                    info.getAlgParameters());
            return info.getKeySpec(cipher);
        } catch (IOException | GeneralSecurityException e) {
            throw new GeneralSecurityException(
                    "schema.registry.ssl.key cannot be decrypted with schema.registry.ssl.key.password");
        }
    }
}
