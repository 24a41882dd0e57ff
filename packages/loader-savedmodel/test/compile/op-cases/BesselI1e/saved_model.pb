Ò
"serve‹
V
case0/in0_xPlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
2
case0/BesselI1e	BesselI1ecase0/in0_x*
T0
E
case1/in1_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
2
case1/BesselI1e	BesselI1ecase1/in1_x*
T0
I
case2/in2_xPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
2
case2/BesselI1e	BesselI1ecase2/in2_x*
T0"ª*‚
case1y
)
x$
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ0
out0(
case1/BesselI1e:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*‹
case2
-
x(
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ4
out0,
case2/BesselI1e:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*¥
case0›
:
x5
case0/in0_x:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿA
out09
case0/BesselI1e:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict