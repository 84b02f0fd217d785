/// The signed zones that RFCs print, with signatures that real keys made.
enum ExampleZones {
    /// RFC 4035 §A: NSEC, RSA/SHA-1.
    static let nextSecure = """
        example. SOA ns1.example. bugs.x.w.example. 1081539377 3600 300 3600000 3600
         RRSIG SOA 5 1 3600 20040509183619 20040409183619 38519 example. (
          ONx0k36rcjaxYtcNgq6iQnpNV5+drqYAsC9h7TSJaHCqbhE67Sr6aH2xDUGcqQWu/n0UVzrFvkgO9ebarZ0GWDKcuw
          lM6eNB5SiX2K74l5LWDA7S/Un/IbtDq4Ay8NMNLQI7Dw7n4p8/rjkBjV7j86HyQgM5e7+miRAz8V01b0I= )
         NS ns1.example.
         NS ns2.example.
         RRSIG NS 5 1 3600 20040509183619 20040409183619 38519 example. (
          gl13F00f2U0R+SWiXXLHwsMY+qStYy5k6zfdEuivWc+wd1fmbNCyql0Tk7lHTX6UOxc8AgNf4ISFve8XqF4q+o9qln
          qIzmppU3LiNeKT4FZ8RO5urFOvoMRTbQxW3U0hXWuggE4g3ZpsHv480HjMeRaZB/FRPGfJPajngcq6Kwg= )
         MX 1 xx.example.
         RRSIG MX 5 1 3600 20040509183619 20040409183619 38519 example. (
          HyDHYVT5KHSZ7HtO/vypumPmSZQrcOP3tzWB2qaKkHVPfau/DgLgS/IKENkYOGL95G4N+NzEVyNU8dcTOckT+ChPcG
          eVjguQ7a3Ao9Z/ZkUO6gmmUW4b89rz1PUxW4jzUxj66PTwoVtUU/iMW6OISukd1EQt7a0kygkg+PEDxdI= )
         NSEC a.example. NS SOA MX RRSIG NSEC DNSKEY
         RRSIG NSEC 5 1 3600 20040509183619 20040409183619 38519 example. (
          O0k558jHhyrC97ISHnislm4kLMW48C7U7cBmFTfhke5iVqNRVTB1STLMpgpbDIC9hcryoO0VZ9ME5xPzUEhbvGnHd5
          sfzgFVeGxr5Nyyq4tWSDBgIBiLQUv1ivy29vhXy7WgR62dPrZ0PWvmjfFJ5arXf4nPxp/kEowGgBRzY/U= )
         DNSKEY 256 3 5 (
          AQOy1bZVvpPqhg4j7EJoM9rI3ZmyEx2OzDBVrZy/lvI5CQePxXHZS4i8dANH4DX3tbHol61ek8EFMcsGXxKciJFHyh
          l94C+NwILQdzsUlSFovBZsyl/NX6yEbtw/xN9ZNcrbYvgjjZ/UVPZIySFNsgEYvh0z2542lzMKR4Dh8uZffQ== )
         DNSKEY 257 3 5 (
          AQOeX7+baTmvpVHb2CcLnL1dMRWbuscRvHXlLnXwDzvqp4tZVKp1sZMepFb8MvxhhW3y/0QZsyCjczGJ1qk8vJe52i
          OhInKROVLRwxGpMfzPRLMlGybr51bOV/1se0ODacj3DomyB4QB5gKTYot/K9alk5/j8vfd4jWCWD+E1Sze0Q== )
         RRSIG DNSKEY 5 1 3600 20040509183619 20040409183619 9465 example. (
          ZxgauAuIj+k1YoVEOSlZfx41fcmKzTFHoweZxYnz99JVQZJ33wFS0Q0jcP7VXKkaElXk9nYJXevO/7nAbo88iWsMkS
          pSR6jWzYYKwfrBI/L9hjYmyVO9m6FjQ7uwM4dCP/bIuV/DKqOAK9NYNC3AHfvCV1Tp4VKDqxqG7R5tTVM= )
         RRSIG DNSKEY 5 1 3600 20040509183619 20040409183619 38519 example. (
          eGL0s90glUqcOmloo/2y+bSzyEfKVOQViD9ZDNhLz/Yn9CQZlDVRJffACQDAUhXpU/oP34ribKBpysRXosczFrKqS5
          Oa0bzMOfXCXup9qHApeFIku28Vqfr8Nt7cigZLxjK+u0Ws/4lIRjKk7z5OXogYVaFzHKillDt3HRxHIZM= )
        a.example. NS ns1.a.example.
         NS ns2.a.example.
         DS 57855 5 1 B6DCD485719ADCA18E5F3D48A2331627FDD3636B
         RRSIG DS 5 2 3600 20040509183619 20040409183619 38519 example. (
          oXIKit/QtdG64J/CB+Gi8dOvnwRvqrto1AdQoRkAN15FP3iZ7suB7gvTBmXzCjL7XUgQVcoHkdhyCuzp8W9qJHgRUS
          wKKkczSyuL64nhgjuDEML8l9wlWVsl7PR2VnZduM9bLyBhaaPmRKX/Fm+v6ccF2EGNLRiY08kdkz+XHHo= )
         NSEC ai.example. NS DS RRSIG NSEC
         RRSIG NSEC 5 2 3600 20040509183619 20040409183619 38519 example. (
          cOlYgqJLqlRqmBQ3iap2SyIsK4O5aqpKSobaU9fQ5SMApZmHfq3AgLflkrkXRXvgxTQSKkG2039/cRUs6Jk/25+fi7
          Xr5nOVJsb0lq4zsB3IBBdjyGDAHE0F5ROJj87996vJupdm1fbH481gsdkOW6Zyqtz3Zos8N0BBkEx+2G4= )
        ns1.a.example. A 192.0.2.5
        ns2.a.example. A 192.0.2.6
        ai.example. A 192.0.2.9
         RRSIG A 5 2 3600 20040509183619 20040409183619 38519 example. (
          pAOtzLP2MU0tDJUwHOKE5FPIIHmdYsCgTb5BERGgpnJluA9ixOyf6xxVCgrEJW0WNZSsJicdhBHXfDmAGKUajUUlYS
          AH8tS4ZnrhyymIvk3uArDu2wfT130e9UHnumaHHMpUTosKe22PblOy6zrTpg9FkS0XGVmYRvOTNYx2HvQ= )
         HINFO "KLH-10" "ITS"
         RRSIG HINFO 5 2 3600 20040509183619 20040409183619 38519 example. (
          Iq/RGCbBdKzcYzlGE4ovbr5YcB+ezxbZ9W0le/7WqyvhOO9J16HxhhL7VY/IKmTUY0GGdcfhZEOCkf4lEykZF9NPok
          1/R/fWrtzNp8jobuY7AZEcZadp1WdDF3jc2/ndCa5XZhLKD3JzOsBwFvL8sqlS5QS6FY/ijFEDnI4RkZA= )
         AAAA 2001:db8::f00:baa9
         RRSIG AAAA 5 2 3600 20040509183619 20040409183619 38519 example. (
          nLcpFuXdT35AcE+EoafOUkl69KB+/e56XmFKkewXG2IadYLKAOBIoR5+VoQV3XgTcofTJNsh1rnF6Eav2zpZB3byI6
          yo2bwY8MNkr4A7cL9TcMmDwV/hWFKsbGBsj8xSCN/caEL2CWY/5XP2sZM6QjBBLmukH30+w1z3h8PUP2o= )
         NSEC b.example. A HINFO AAAA RRSIG NSEC
         RRSIG NSEC 5 2 3600 20040509183619 20040409183619 38519 example. (
          QoshyPevLcJ/xcRpEtMft1uoIrcrieVcc9pGCScIn5Glnib40T6ayVOimXwdSTZ/8ISXGj4pP8Sh0PlA6olZQ84L45
          3/BUqB8BpdOGky4hsN3AGcLEv1Gr0QMvirQaFcjzOECfnGyBm+wpFLAhS+JOVfDI/79QtyTI0SaDWcg8U= )
        b.example. NS ns1.b.example.
         NS ns2.b.example.
         NSEC ns1.example. NS RRSIG NSEC
         RRSIG NSEC 5 2 3600 20040509183619 20040409183619 38519 example. (
          GNuxHn844wfmUhPzGWKJCPY5ttEX/RfjDoOx9ueK1PtYkOWKOOdiJ/PJKCYB3hYX+858dDWSxb2qnV/LSTCNVBnkm6
          owOpysY97MVj5VQEWs0lm9tFoqjcptQkmQKYPrwUnCSNwvvclSF1xZvhRXgWT7OuFXldoCG6TfVFMs9xE= )
        ns1.b.example. A 192.0.2.7
        ns2.b.example. A 192.0.2.8
        ns1.example. A 192.0.2.1
         RRSIG A 5 2 3600 20040509183619 20040409183619 38519 example. (
          F1C9HVhIcs10cZU09G5yIVfKJy5yRQQ3qVet5pGhp82pzhAOMZ3K22JnmK4c+IjUeFp/to06im5FVpHtbFisdjyPq8
          4bhTv8vrXt5AB1wNB++iAqvIfdgW4sFNC6oADb1hK8QNauw9VePJhKv/iVXSYC0b7mPSU+EOlknFpVECs= )
         NSEC ns2.example. A RRSIG NSEC
         RRSIG NSEC 5 2 3600 20040509183619 20040409183619 38519 example. (
          I4hj+Kt6+8rCcHcUdolks2S+Wzri9h3fHas81rGN/eILdJHN7JpV6lLGPIh/8fIBkfvdyWnBjjf1q3O7JgYO1UdI7F
          vBNWqaaEPJK3UkddBqZIaLi8Qr2XHkjq38BeQsbp8X0+6h4ETWSGT8IZaIGBLryQWGLw6Y6X8dqhlnxJM= )
        ns2.example. A 192.0.2.2
         RRSIG A 5 2 3600 20040509183619 20040409183619 38519 example. (
          V7cQRw1TR+knlaL1z/psxlS1PcD37JJDaCMqQo6/u1qFQu6x+wuDHRH22Ap9ulJPQjFwMKOuyfPGQPC8KzGdE3vt5s
          nFEAoE1Vn3mQqtu7SO6amIjk13Kj/jyJ4nGmdRIc/3cM3ipXFhNTKqrdhx8SZ0yy4ObIRzIzvBFLiSS8o= )
         NSEC *.w.example. A RRSIG NSEC
         RRSIG NSEC 5 2 3600 20040509183619 20040409183619 38519 example. (
          N0QzHvaJf5NRw1rE9uxS1Ltb2LZ73Qb9bKGEVyaISkqzGpP3jYJXZJPVTq4UVEsgT3CgeHvb3QbeJ5Dfb2V9NGCHj/
          OvF/LBxFFWwhLwzngHl+bQAgAcMsLu/nL3nDi1y/JSQjAcdZNDl4bwYmx28EtgIpo9A0qmP08rMBqs1Jw= )
        *.w.example. MX 1 ai.example.
         RRSIG MX 5 2 3600 20040509183619 20040409183619 38519 example. (
          OMK8rAZlepfzLWW75Dxd63jy2wswESzxDKG2f9AMN1CytCd10cYISAxfAdvXSZ7xujKAtPbctvOQ2ofO7AZJ+d01Ee
          eQTVBPq4/6KCWhqe2XTjnkVLNvvhnc0u28aoSsG0+4InvkkOHknKxw4kX18MMR34i8lC36SR5xBni8vHI= )
         NSEC x.w.example. MX RRSIG NSEC
         RRSIG NSEC 5 2 3600 20040509183619 20040409183619 38519 example. (
          r/mZnRC3I/VIcrelgIcteSxDhtsdlTDt8ng9HSBlABOlzLxQtfgTnn8f+aOwJIAFe1Ee5RvU5cVhQJNP5XpXMJHfyp
          s8tVvfxSAXfahpYqtx91gsmcV/1V9/bZAG55CefP9cM4Z9Y9NT9XQ8s1InQ2UoIv6tJEaaKkP701j8OLA= )
        x.w.example. MX 1 xx.example.
         RRSIG MX 5 3 3600 20040509183619 20040409183619 38519 example. (
          Il2WTZ+Bkv+OytBx4LItNW5mjB4RCwhOO8y1XzPHZmZUTVYL7LaA63f6T9ysVBzJRI3KRjAPH3U1qaYnDoN1DrWqmi
          9RJe4FoObkbcdm7P3Ikx70ePCoFgRz1Yq+bVVXCvGuAU4xALv3W/Y1jNSlwZ2mSWKHfxFQxPtLj8s32+k= )
         NSEC x.y.w.example. MX RRSIG NSEC
         RRSIG NSEC 5 3 3600 20040509183619 20040409183619 38519 example. (
          aRbpHftxggzgMXdDlym9SsADqMZovZZl2QWKvw8J0tZEUNQByH5Qfnf5N1FqH/pS46UA7A4EmcWBN9PUA1pdPY6RVe
          aRlZlCr1IkVctvbtaINJuBba/VHm+pebTbKcAPIvL9tBOoh+to1h6eIjgiM8PXkBQtxPq37wDKALkyn7Q= )
        x.y.w.example. MX 1 xx.example.
         RRSIG MX 5 4 3600 20040509183619 20040409183619 38519 example. (
          k2bJHbwP5LH5qN4is39UiPzjAWYmJA38Hhiat7i9t7nbX/e0FPnvDSQXzcK7UL+zrVA+3MDjq1ub4q3SZgcbLMgexx
          IW3Va//LVrxkP6XupqGtOB9prkK54QTl/qZTXfMQpW480YOvVknhvb+gLcMZBnHJ326nb/TOOmrqNmQQE= )
         NSEC xx.example. MX RRSIG NSEC
         RRSIG NSEC 5 4 3600 20040509183619 20040409183619 38519 example. (
          OvE6WUzN2ziieJcvKPWbCAyXyP6ef8cr6CspArVSTzKSquNwbezZmkU7E34o5lmb6CWSSSpgxw098kNUFnHcQf/LzY
          2zqRomubrNQhJTiDTXa0ArunJQCzPjOYq5t0SLjm6qp6McJI1AP5VrQoKqJDCLnoAlcPOPKAm/jJkn3jk= )
        xx.example. A 192.0.2.10
         RRSIG A 5 2 3600 20040509183619 20040409183619 38519 example. (
          kBF4YxMGWF0D8r0cztL+2fWWOvN1U/GYSpYP7SoKoNQ4fZKyk+weWGlKLIUM+uE1zjVTPXoa0Z6WG0oZp46rkl1EzM
          cdMgoaeUzzAJ2BMq+YVdxG9IK1yZkYGY9AgbTOGPoAgbJyO9EPULsxkbIDV6GPPSZVusnZU6OMgdgzHV4= )
         HINFO "KLH-10" "TOPS-20"
         RRSIG HINFO 5 2 3600 20040509183619 20040409183619 38519 example. (
          GY2PLSXmMHkWHfLdggiox8+chWpeMNJLkML0t+U/SXSUsoUdR91KNdNUkTDWamwcF8oFRjhqBcPZ6EqrF+vl5v5oGu
          vSF7U52epfVTC+wWF83yCUeUw8YklhLWlvk8gQ15YKth0ITQy8/wI+RgNvuwbioFSEuv2pNlkq0goYxNY= )
         AAAA 2001:db8::f00:baaa
         RRSIG AAAA 5 2 3600 20040509183619 20040409183619 38519 example. (
          Zzj0yodDxcBLnnOIwDsuKo5WqiaK24DlKg9CaGaxDFiKgKobUj2jilYQHpGFn2poFRetZd4zulyQkssz2QHrVrPuTM
          S22knudCiwP4LWpVTrU4zfeA+rDz9stmSBP/4PekH/x2IoAYnwctd/xS9cL2QgW7FChw16mzlkH6/vsfs= )
         NSEC example. A HINFO AAAA RRSIG NSEC
         RRSIG NSEC 5 2 3600 20040509183619 20040409183619 38519 example. (
          ZFWUln6Avc8bmGl5GFjD3BwT530DUZKHNuoY9A8lgXYyrxu+pqgFiRVbyZRQvVB5pccEOT3kmvHgEa/HzbDB4PIYY7
          9W+VHrgOxzdQGGCZziasXrpSGOWwSOElghPnMIi8xdF7qtCntr382WGghLahumFIpg4MO3LS/prgzVVWo= )
        """

    /// RFC 5155 §A: NSEC3 with opt-out, RSA/SHA-1.
    static let nextSecure3 = """
        example. SOA ns1.example. bugs.x.w.example. 1 3600 300 3600000 3600
         RRSIG SOA 7 1 3600 20150420235959 20051021000000 40430 example. (
          Hu25UIyNPmvPIVBrldN+9Mlp9Zql39qaUd8iq4ZLlYWfUUbbAS41pG+68z81q1xhkYAcEyHdVI2LmKusbZsT0Q== )
         NS ns1.example.
         NS ns2.example.
         RRSIG NS 7 1 3600 20150420235959 20051021000000 40430 example. (
          PVOgtMK1HHeSTau+HwDWC8Ts+6C8qtqd4pQJqOtdEVgg+MA+ai4fWDEhu3qHJyLcQ9tbD2vvCnMXjtz6SyObxA== )
         MX 1 xx.example.
         RRSIG MX 7 1 3600 20150420235959 20051021000000 40430 example. (
          GgQ1A9xs47k42VPvpL/a1BWUz/6XsnHkjotw9So8MQtZtl2wJBsnOQsaoHrRCrRbyriEl/GZn9Mto/Kx+wBo+w== )
         DNSKEY 256 3 7 (
          AwEAAaetidLzsKWUt4swWR8yu0wPHPiUi8LUsAD0QPWU+wzt89epO6tHzkMBVDkC7qphQO2hTY4hHn9npWFRw5BYub
          E= )
         DNSKEY 257 3 7 (
          AwEAAcUlFV1vhmqx6NSOUOq2R/dsR7Xm3upJj7IommWSpJABVfW8Q0rOvXdM6kzt+TAu92L9AbsUdblMFin8CVF3n4
          s= )
         RRSIG DNSKEY 7 1 3600 20150420235959 20051021000000 12708 example. (
          AuU4juU9RaxescSmStrQks3Gh9FblGBlVU31uzMZ/U/FpsUb8aC6QZS+sTsJXnLnz7flGOsmMGQZf3bH+QsCtg== )
         NSEC3PARAM 1 0 12 aabbccdd
         RRSIG NSEC3PARAM 7 1 3600 20150420235959 20051021000000 40430 example. (
          C1Gl8tPZNtnjlrYWDeeUV/sGLCyy/IHie2rerN05XSA3Pq0U3+4VvGWYWdUMfflOdxqnXHwJTLQsjlkynhG6Cg== )
        0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. NSEC3 1 1 12 aabbccdd (
          2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA NSEC3PARAM RRSIG )
         RRSIG NSEC3 7 2 3600 20150420235959 20051021000000 40430 example. (
          OSgWSm26B+cS+dDL8b5QrWr/dEWhtCsKlwKLIBHYH6blRxK9rC0bMJPwQ4mLIuw85H2EY762BOCXJZMnpuwhpA== )
        2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. A 192.0.2.127
         RRSIG A 7 2 3600 20150420235959 20051021000000 40430 example. (
          h6c++bzhRuWWt2bykN6mjaTNBcXNq5UuL5EdK+iDP4eY8I0kSiKaCjg3tC1SQkeloMeub2GWk8p6xHMPZumXlw== )
         NSEC3 1 1 12 aabbccdd 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG
         RRSIG NSEC3 7 2 3600 20150420235959 20051021000000 40430 example. (
          OmBvJ1Vgg1hCKMXHFiNeIYHK9XVW0iLDLwJN4TFoNxZuP03gAXEI634YwOc4YBNITrj413iqNI6mRk/r1dOSUw== )
        2vptu5timamqttgl4luu9kg21e0aor3s.example. NSEC3 1 1 12 aabbccdd (
          35mthgpgcu1qg68fab165klnsnk3dpvl MX RRSIG )
         RRSIG NSEC3 7 2 3600 20150420235959 20051021000000 40430 example. (
          KL1V2oFYghNV0Hm7Tf2vpJjM6l+0g1JCcVYGVfI0lKrhPmTsOA96cLEACgo1x8I7kApJX+obTuktZ+sdsZPY1w== )
        35mthgpgcu1qg68fab165klnsnk3dpvl.example. NSEC3 1 1 12 aabbccdd (
          b4um86eghhds6nea196smvmlo4ors995 NS DS RRSIG )
         RRSIG NSEC3 7 2 3600 20150420235959 20051021000000 40430 example. (
          g6jPUUpduAJKRljUsN8gB4UagAX0NxY9shwQAynzo8EUWH+z6hEIBlUTPGj15eZll6VhQqgZXtAIR3chwgW+SA== )
        a.example. NS ns1.a.example.
         NS ns2.a.example.
         DS 58470 5 1 3079F1593EBAD6DC121E202A8B766A6A4837206C
         RRSIG DS 7 2 3600 20150420235959 20051021000000 40430 example. (
          XacFcQVHLVzdoc45EJhN616zQ4mEXtE8FzUhM2KWjfy1VfRKD9r1MeVGwwoukOKgJxBPFsWoo722vZ4UZ2dIdA== )
        ns1.a.example. A 192.0.2.5
        ns2.a.example. A 192.0.2.6
        ai.example. A 192.0.2.9
         RRSIG A 7 2 3600 20150420235959 20051021000000 40430 example. (
          hVe+wKYMlObTRPhX0NL67GxeZfdxqr/QeR6FtfdAj5+FgYxyzPEjIzvKWy00hWIl6wD3Vws+rznEn8sQ64UdqA== )
         HINFO "KLH-10" "ITS"
         RRSIG HINFO 7 2 3600 20150420235959 20051021000000 40430 example. (
          Yi42uOq43eyO6qXHNvwwfFnIustWgV5urFcxenkLvs6pKRh00VBjODmf3Z4nMO7IOl6nHSQ1v0wLHpEZG7Xj2w== )
         AAAA 2001:db8:0:0:0:0:f00:baa9
         RRSIG AAAA 7 2 3600 20150420235959 20051021000000 40430 example. (
          LcdxKaCB5bGZwPDg+3JJ4O02zoMBrjxqlf6WuaHQZZfTUpb9Nf2nxFGe2XRPfR5tpJT6GdRGcHueLuXkMjBArQ== )
        b4um86eghhds6nea196smvmlo4ors995.example. NSEC3 1 1 12 aabbccdd (
          gjeqe526plbf1g8mklp59enfd789njgi MX RRSIG )
         RRSIG NSEC3 7 2 3600 20150420235959 20051021000000 40430 example. (
          ZkPG3M32lmoHM6pa3D6gZFGB/rhL//Bs3Omh5u4m/CUiwtblEVOaAKKZd7S959OeiX43aLX3pOv0TSTyiTxIZg== )
        c.example. NS ns1.c.example.
         NS ns2.c.example.
        ns1.c.example. A 192.0.2.7
        ns2.c.example. A 192.0.2.8
        gjeqe526plbf1g8mklp59enfd789njgi.example. NSEC3 1 1 12 aabbccdd (
          ji6neoaepv8b5o6k4ev33abha8ht9fgc HINFO A AAAA RRSIG )
         RRSIG NSEC3 7 2 3600 20150420235959 20051021000000 40430 example. (
          IVnezTJ9iqblFF97vPSmfXZ5Zozngx3KX3byLTZC4QBH2dFWhf6scrGFZB980AfCxoD9qbbKDy+rdGIeRSVNyw== )
        ji6neoaepv8b5o6k4ev33abha8ht9fgc.example. NSEC3 1 1 12 aabbccdd k8udemvp1j2f7eg6jebps17vp3n8i58h
         RRSIG NSEC3 7 2 3600 20150420235959 20051021000000 40430 example. (
          gPkFp1s2QDQ6wQzcg1uSebZ61W33rUBDcTj72F3kQ490fEdp7k1BUIfbcZtPbX3YCpE+sIt0MpzVSKfTwx4uYA== )
        k8udemvp1j2f7eg6jebps17vp3n8i58h.example. NSEC3 1 1 12 aabbccdd kohar7mbb8dc2ce8a9qvl8hon4k53uhi
         RRSIG NSEC3 7 2 3600 20150420235959 20051021000000 40430 example. (
          FtXGbvF0+wf8iWkyo73enAuVx03klN+pILBKS6qCcftVtfH4yVzsEZquJ27NHR7ruxJWDNMtOtx7w9WfcIg62A== )
        kohar7mbb8dc2ce8a9qvl8hon4k53uhi.example. NSEC3 1 1 12 aabbccdd (
          q04jkcevqvmu85r014c7dkba38o0ji5r A RRSIG )
         RRSIG NSEC3 7 2 3600 20150420235959 20051021000000 40430 example. (
          VrDXs2uVW21N08SyQIz88zml+y4ZCInTwgDr6zz43yAg+LFERjOrj3Ojct51ac7Dp4eZbf9FQJazmASFKGxGXg== )
        ns1.example. A 192.0.2.1
         RRSIG A 7 2 3600 20150420235959 20051021000000 40430 example. (
          bu6kx73n6XEunoVGuRfAgY7EF/AJqHy7hj0jkiqJjB0dOrx3wuz9SaBeGfqWIdn/uta3SavN4FRvZR9SCFHF5Q== )
        ns2.example. A 192.0.2.2
         RRSIG A 7 2 3600 20150420235959 20051021000000 40430 example. (
          ktQ3TqE0CfRfki0Rb/Ip5BM0VnxelbuejCC4zpLbFKA/7eD7UNAwxMgxJPtbdST+syjYSJaj4IHfeX6n8vfoGA== )
        q04jkcevqvmu85r014c7dkba38o0ji5r.example. NSEC3 1 1 12 aabbccdd (
          r53bq7cc2uvmubfu5ocmm6pers9tk9en A RRSIG )
         RRSIG NSEC3 7 2 3600 20150420235959 20051021000000 40430 example. (
          hV5I89b+4FHJDATp09g4bbN0R1F845CaXpL3ZxlMKimoPAyqletMlEWwLfFia7sdpSzn+ZlNNlkxWcLsIlMmUg== )
        r53bq7cc2uvmubfu5ocmm6pers9tk9en.example. NSEC3 1 1 12 aabbccdd (
          t644ebqk9bibcna874givr6joj62mlhv MX RRSIG )
         RRSIG NSEC3 7 2 3600 20150420235959 20051021000000 40430 example. (
          aupviViruXs4bDg9rCbezzBMf9h1ZlDvbW/CZFKulIGXXLj8B/fsDJarXVDA9bnUoRhEbKp+HF1FWKW7RIJdtQ== )
        t644ebqk9bibcna874givr6joj62mlhv.example. NSEC3 1 1 12 aabbccdd (
          0p9mhaveqvm6t7vbl5lop2u3t2rp3tom HINFO A AAAA RRSIG )
         RRSIG NSEC3 7 2 3600 20150420235959 20051021000000 40430 example. (
          RAjGECB8P7O+F4Pa4Dx3tC0M+Z3KmlLKImcafb9XWwx+NWUNz7NBEDBQHivIyKPVDkChcePIX1xPl1ATNa+8Dw== )
        *.w.example. MX 1 ai.example.
         RRSIG MX 7 2 3600 20150420235959 20051021000000 40430 example. (
          CikebjQwGQPwijVcxgcZcSJKtfynugtlBiKb9FcBTrmOoyQ4InoWVudhCWsh/URX3lc4WRUMivEBP6+4KS3ldA== )
        x.w.example. MX 1 xx.example.
         RRSIG MX 7 3 3600 20150420235959 20051021000000 40430 example. (
          IrK3tq/tHFIBF0scHiE/1IwMAvckS/55hAVvQyxTFbkAdDloP3NbZzu+yoSsr3b3OX6qbBpY7WCtwwekLKRAwQ== )
        x.y.w.example. MX 1 xx.example.
         RRSIG MX 7 4 3600 20150420235959 20051021000000 40430 example. (
          MqSt5HqJIN8+SLlzTOImrh5h9Xa6gDvAW/GnnbdPc6Z7nXvCpLPJj/5lCwx3VuzVOjkbvXze8/8Ccl2Zn2hbug== )
        xx.example. A 192.0.2.10
         RRSIG A 7 2 3600 20150420235959 20051021000000 40430 example. (
          T35hBWEZ017VC5u2c4OriKyVn/pu+fVK4AlXYOxJ6iQylfV2HQIKjv6b7DzINB3aF/wjJqgXpQvhq+Ac6+ZiFg== )
         HINFO "KLH-10" "TOPS-20"
         RRSIG HINFO 7 2 3600 20150420235959 20051021000000 40430 example. (
          KimG+rDd+7VA1zRsu0ITNAQUTRlpnsmqWrihFRnU+bRa93v2e5oFNFYCs3Rqgv62K93N7AhW6Jfqj/8NzWjvKg== )
         AAAA 2001:db8:0:0:0:0:f00:baaa
         RRSIG AAAA 7 2 3600 20150420235959 20051021000000 40430 example. (
          IXBcXORITNwd8h3gNwyxtYFvAupS/CYWufVeuBUX0O25ivBCULjZjpDxFSxfohb/KA7YRdxENzYfMItpILl/Xw== )
        """
}
