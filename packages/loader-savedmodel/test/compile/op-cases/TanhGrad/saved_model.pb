	
"serveñ
<
case0/in0_yPlaceholder*
shape
:*
dtype0
O
case0/in0_dyPlaceholder*%
shape:ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
>
case0/TanhGradTanhGradcase0/in0_ycase0/in0_dy*
T0
I
case1/in1_yPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
A
case1/in1_dyPlaceholder*
shape:*
dtype0
>
case1/TanhGradTanhGradcase1/in1_ycase1/in1_dy*
T0
E
case2/in2_yPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
F
case2/in2_dyPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
>
case2/TanhGradTanhGradcase2/in2_ycase2/in2_dy*
T0"ª*¦
case0œ
4
dy.
case0/in0_dy:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
 
y
case0/in0_y:0&
out0
case0/TanhGrad:0tensorflow/serving/predict*²
case1¨
&
dy 
case1/in1_dy:0
-
y(
case1/in1_y:0ÿÿÿÿÿÿÿÿÿ3
out0+
case1/TanhGrad:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*¯
case2¥
+
dy%
case2/in2_dy:0ÿÿÿÿÿÿÿÿÿ
)
y$
case2/in2_y:0ÿÿÿÿÿÿÿÿÿ/
out0'
case2/TanhGrad:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict