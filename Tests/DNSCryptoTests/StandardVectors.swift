/// Keys, signatures and DS records that RFCs give as examples, as master files.
enum StandardVectors {
    /// RFC 4035 Appendix A.
    static let rsaSHA1 = """
        example. 3600 SOA ns1.example. bugs.x.w.example. 1081539377 3600 300 3600000 3600
        example. 3600 RRSIG SOA 5 1 3600 20040509183619 20040409183619 38519 example. (
            ONx0k36rcjaxYtcNgq6iQnpNV5+drqYAsC9h7TSJaHCqbhE67Sr6aH2xDUGcqQWu/n0UVzrFvkgO9ebarZ0GWDKcuwlM
            6eNB5SiX2K74l5LWDA7S/Un/IbtDq4Ay8NMNLQI7Dw7n4p8/rjkBjV7j86HyQgM5e7+miRAz8V01b0I= )
        example. 3600 NS ns1.example.
        example. 3600 NS ns2.example.
        example. 3600 RRSIG NS 5 1 3600 20040509183619 20040409183619 38519 example. (
            gl13F00f2U0R+SWiXXLHwsMY+qStYy5k6zfdEuivWc+wd1fmbNCyql0Tk7lHTX6UOxc8AgNf4ISFve8XqF4q+o9qlnqI
            zmppU3LiNeKT4FZ8RO5urFOvoMRTbQxW3U0hXWuggE4g3ZpsHv480HjMeRaZB/FRPGfJPajngcq6Kwg= )
        example. 3600 DNSKEY 256 3 5 (
            AQOy1bZVvpPqhg4j7EJoM9rI3ZmyEx2OzDBVrZy/lvI5CQePxXHZS4i8dANH4DX3tbHol61ek8EFMcsGXxKciJFHyhl9
            4C+NwILQdzsUlSFovBZsyl/NX6yEbtw/xN9ZNcrbYvgjjZ/UVPZIySFNsgEYvh0z2542lzMKR4Dh8uZffQ== )
        example. 3600 DNSKEY 257 3 5 (
            AQOeX7+baTmvpVHb2CcLnL1dMRWbuscRvHXlLnXwDzvqp4tZVKp1sZMepFb8MvxhhW3y/0QZsyCjczGJ1qk8vJe52iOh
            InKROVLRwxGpMfzPRLMlGybr51bOV/1se0ODacj3DomyB4QB5gKTYot/K9alk5/j8vfd4jWCWD+E1Sze0Q== )
        example. 3600 RRSIG DNSKEY 5 1 3600 20040509183619 20040409183619 9465 example. (
            ZxgauAuIj+k1YoVEOSlZfx41fcmKzTFHoweZxYnz99JVQZJ33wFS0Q0jcP7VXKkaElXk9nYJXevO/7nAbo88iWsMkSpS
            R6jWzYYKwfrBI/L9hjYmyVO9m6FjQ7uwM4dCP/bIuV/DKqOAK9NYNC3AHfvCV1Tp4VKDqxqG7R5tTVM= )
        example. 3600 RRSIG DNSKEY 5 1 3600 20040509183619 20040409183619 38519 example. (
            eGL0s90glUqcOmloo/2y+bSzyEfKVOQViD9ZDNhLz/Yn9CQZlDVRJffACQDAUhXpU/oP34ribKBpysRXosczFrKqS5Oa
            0bzMOfXCXup9qHApeFIku28Vqfr8Nt7cigZLxjK+u0Ws/4lIRjKk7z5OXogYVaFzHKillDt3HRxHIZM= )
        ai.example. 3600 AAAA 2001:db8::f00:baa9
        ai.example. 3600 RRSIG AAAA 5 2 3600 20040509183619 20040409183619 38519 example. (
            nLcpFuXdT35AcE+EoafOUkl69KB+/e56XmFKkewXG2IadYLKAOBIoR5+VoQV3XgTcofTJNsh1rnF6Eav2zpZB3byI6yo
            2bwY8MNkr4A7cL9TcMmDwV/hWFKsbGBsj8xSCN/caEL2CWY/5XP2sZM6QjBBLmukH30+w1z3h8PUP2o= )
        ns1.example. 3600 NSEC ns2.example. A RRSIG NSEC
        ns1.example. 3600 RRSIG NSEC 5 2 3600 20040509183619 20040409183619 38519 example. (
            I4hj+Kt6+8rCcHcUdolks2S+Wzri9h3fHas81rGN/eILdJHN7JpV6lLGPIh/8fIBkfvdyWnBjjf1q3O7JgYO1UdI7FvB
            NWqaaEPJK3UkddBqZIaLi8Qr2XHkjq38BeQsbp8X0+6h4ETWSGT8IZaIGBLryQWGLw6Y6X8dqhlnxJM= )
        *.w.example. 3600 MX 1 ai.example.
        *.w.example. 3600 RRSIG MX 5 2 3600 20040509183619 20040409183619 38519 example. (
            OMK8rAZlepfzLWW75Dxd63jy2wswESzxDKG2f9AMN1CytCd10cYISAxfAdvXSZ7xujKAtPbctvOQ2ofO7AZJ+d01EeeQ
            TVBPq4/6KCWhqe2XTjnkVLNvvhnc0u28aoSsG0+4InvkkOHknKxw4kX18MMR34i8lC36SR5xBni8vHI= )
        """

    /// RFC 5155 Appendix A.
    static let rsaSHA1NSEC3SHA1 = """
        example. 3600 SOA ns1.example. bugs.x.w.example. 1 3600 300 3600000 3600
        example. 3600 RRSIG SOA 7 1 3600 20150420235959 20051021000000 40430 example. (
            Hu25UIyNPmvPIVBrldN+9Mlp9Zql39qaUd8iq4ZLlYWfUUbbAS41pG+68z81q1xhkYAcEyHdVI2LmKusbZsT0Q== )
        example. 3600 NS ns1.example.
        example. 3600 NS ns2.example.
        example. 3600 RRSIG NS 7 1 3600 20150420235959 20051021000000 40430 example. (
            PVOgtMK1HHeSTau+HwDWC8Ts+6C8qtqd4pQJqOtdEVgg+MA+ai4fWDEhu3qHJyLcQ9tbD2vvCnMXjtz6SyObxA== )
        example. 3600 DNSKEY 256 3 7 (
            AwEAAaetidLzsKWUt4swWR8yu0wPHPiUi8LUsAD0QPWU+wzt89epO6tHzkMBVDkC7qphQO2hTY4hHn9npWFRw5BYubE= )
        example. 3600 DNSKEY 257 3 7 (
            AwEAAcUlFV1vhmqx6NSOUOq2R/dsR7Xm3upJj7IommWSpJABVfW8Q0rOvXdM6kzt+TAu92L9AbsUdblMFin8CVF3n4s= )
        example. 3600 RRSIG DNSKEY 7 1 3600 20150420235959 20051021000000 12708 example. (
            AuU4juU9RaxescSmStrQks3Gh9FblGBlVU31uzMZ/U/FpsUb8aC6QZS+sTsJXnLnz7flGOsmMGQZf3bH+QsCtg== )
        0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. 3600 NSEC3 (
            1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA NSEC3PARAM RRSIG )
        0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. 3600 RRSIG (
            NSEC3 7 2 3600 20150420235959 20051021000000 40430 example.
            OSgWSm26B+cS+dDL8b5QrWr/dEWhtCsKlwKLIBHYH6blRxK9rC0bMJPwQ4mLIuw85H2EY762BOCXJZMnpuwhpA== )
        ai.example. 3600 AAAA 2001:db8:0:0:0:0:f00:baa9
        ai.example. 3600 RRSIG AAAA 7 2 3600 20150420235959 20051021000000 40430 example. (
            LcdxKaCB5bGZwPDg+3JJ4O02zoMBrjxqlf6WuaHQZZfTUpb9Nf2nxFGe2XRPfR5tpJT6GdRGcHueLuXkMjBArQ== )
        *.w.example. 3600 MX 1 ai.example.
        *.w.example. 3600 RRSIG MX 7 2 3600 20150420235959 20051021000000 40430 example. (
            CikebjQwGQPwijVcxgcZcSJKtfynugtlBiKb9FcBTrmOoyQ4InoWVudhCWsh/URX3lc4WRUMivEBP6+4KS3ldA== )
        """

    /// RFC 5702 §6.1.
    static let rsaSHA256 = """
        example.net. 3600 DNSKEY 256 3 8 (
            AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8PkxUdp6p/DlUmObdk= )
        www.example.net. 3600 A 192.0.2.91
        www.example.net. 3600 RRSIG A 8 3 3600 20300101000000 20000101000000 9033 example.net. (
            kRCOH6u7l0QGy9qpC9l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEacFYK/lPtPiVYP4bwg== )
        """

    /// RFC 5702 §6.2.
    static let rsaSHA512 = """
        example.net. 3600 DNSKEY 256 3 10 (
            AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFDxj13tOnD9u/1kTg7
            cV6rklMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8gpMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncorffcGmhOL )
        www.example.net. 3600 A 192.0.2.91
        www.example.net. 3600 RRSIG A 10 3 3600 20300101000000 20000101000000 3740 example.net. (
            tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRaeUw1ep94PzEWzr0iGYgZBWm
            /zpq+9fOuagYJRfDqfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxdDLw= )
        """

    /// RFC 6605 §6.1.
    static let p256 = """
        example.net. 3600 DNSKEY 257 3 13 (
            GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA== )
        example.net. 3600 DS 55648 13 2 (
            B4C8C1FE2E7477127B27115656AD6256F424625BF5C1E2770CE6D6E37DF61D17 )
        www.example.net. 3600 A 192.0.2.1
        www.example.net. 3600 RRSIG A 13 3 3600 20100909100439 20100812100439 55648 example.net. (
            qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw== )
        """

    /// RFC 6605 §6.2.
    static let p384 = """
        example.net. 3600 DNSKEY 257 3 14 (
            xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX4
            5NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40 )
        example.net. 3600 DS 10771 14 4 (
            72D7B62976CE06438E9C0BF319013CF801F09ECC84B8D7E9495F27E305C6A9B0563A9B5F4D288405C3008A946DF9
            83D6 )
        www.example.net. 3600 A 192.0.2.1
        www.example.net. 3600 RRSIG A 14 3 3600 20100909102025 20100812102025 10771 example.net. (
            /L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuzWTSS
            Pdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm )
        """

    /// RFC 8080 §6.1, the first.
    static let ed25519First = """
        example.com. 3600 DNSKEY 257 3 15 ( l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4= )
        example.com. 3600 DS 3613 15 2 (
            3AA5AB37EFCE57F737FC1627013FEE07BDF241BD10F3B1964AB55C78E79A304B )
        example.com. 3600 MX 10 mail.example.com.
        example.com. 3600 RRSIG MX 15 3 3600 1440021600 1438207200 3613 example.com. (
            Edk+IB9KNNWg0HAjm7FazXyrd5m3Rk8zNZbvNpAcM+eysqcUOMIjWoevFkjH5GaMWeG96GUVZu6ECKOQmemHDg== )
        """

    /// RFC 8080 §6.1, the second.
    static let ed25519Second = """
        example.com. 3600 DNSKEY 257 3 15 ( zPnZ/QwEe7S8C5SPz2OfS5RR40ATk2/rYnE9xHIEijs= )
        example.com. 3600 DS 35217 15 2 (
            401781B934E392DE492EC77AE2E15D70F6575A1C0BC59C5275C04EBE80C6614C )
        example.com. 3600 MX 10 mail.example.com.
        example.com. 3600 RRSIG MX 15 3 3600 1440021600 1438207200 35217 example.com. (
            5LL2obmzdqjWI+Xto5eP5adXt/T5tMhasWvwcyW4L3SzfcRawOle9bodhC+oip9ayUGjY9T/rL4rN3bOuESGDA== )
        """

    /// RFC 8080 §6.2, the first.
    static let ed448First = """
        example.com. 3600 DNSKEY 257 3 16 (
            3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx1FYYUcJKm1MDpJtIA )
        example.com. 3600 DS 9713 16 2 (
            6CCF18D5BC5D7FC2FCEB1D59D17321402F2AA8D368048DB93DD811F5CB2B19C7 )
        example.com. 3600 MX 10 mail.example.com.
        example.com. 3600 RRSIG MX 16 3 3600 1440021600 1438207200 9713 example.com. (
            Nmc0rgGKpr3GKYXcB1JmqqS4NYwhmechvJTqVzt3jR+Qy/lSLFoIk1L+9e39GPL+5tVzDPN3f9kAwiu8KCuPPjtl227a
            yaCZtRKZuJax7n9NuYlZJIusX0SOIOKBGzG+yWYtz1/jjbzl5GGkWvREUCUA )
        """

    /// RFC 8080 §6.2, the second.
    static let ed448Second = """
        example.com. 3600 DNSKEY 257 3 16 (
            kkreGWoccSDmUBGAe7+zsbG6ZAFQp+syPmYUurBRQc3tDjeMCJcVMRDmgcNLp5HlHAMy12VoISsA )
        example.com. 3600 DS 38353 16 2 (
            645FF078B3568F5852B70CB60E8E696CC77B75BFAAFFC118CF79CBDA1BA28AF4 )
        example.com. 3600 MX 10 mail.example.com.
        example.com. 3600 RRSIG MX 16 3 3600 1440021600 1438207200 38353 example.com. (
            +JjANio/LIzp7osmMYE5XD3H/YES8kXs5Vb9H8MjPS8OAGZMD37+LsCIcjg5ivt0d4Om/UaqETEAsJjaYe56CEQP5lhR
            WuD2ivBqE0zfwJTyp4WqvpULbpvaukswvv/WNEFxzEYQEIm9+xDlXj4pMAMA )
        """
}
